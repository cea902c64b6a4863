// How far a stage is, what it cost, and which tasks have no result: parts of the
// state that views show and snapshots carry.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "common/alpha_by_link.h"
#include "common/cost.h"
#include "common/ids.h"
#include "common/price.h"

namespace mote::coordinator {

enum class StageState { kWaiting, kRunning, kComplete, kFailed, kCancelled };

// What `verify` found.
struct VerifyView {
  int64_t blocks = 0;             // committed after several runs agreed
  int64_t blocks_one_worker = 0;  // of them: all runs on one worker, for want of another
  int64_t runs_extra = 0;
  absl::Duration time_extra;  // device time of these
  bool operator==(const VerifyView&) const = default;
};

struct CostView {
  Cost cost;
  AlphaByLink alphas;
  int64_t attempts_lost = 0;
  int64_t tasks_lost = 0;      // results that were lost after their commit: these tasks run again
  absl::Duration device_time;  // that leases held a slot
  absl::Duration wasted_time;  // of it: attempts that failed, or that another one beat
  absl::Duration beaten_time;  // of it: the latter
  VerifyView verify;
  int64_t reports_cut = 0;  // that claimed more than their leases can have seen
  // What is on the bill.
  Usage used() const { return {device_time, cost.network_bytes}; }
  bool operator==(const CostView&) const = default;
};

struct AbsentView {
  std::string stage;
  PassId pass;
  int64_t task = 0;
  std::string message;
  std::string kind = {};    // "engine crash"
  std::string worker = {};  // that reported the last attempt
  bool operator==(const AbsentView&) const = default;
};

}  // namespace mote::coordinator
