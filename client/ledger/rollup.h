// A job's ledger added up: what each of its workers, slots, kernels, passes or blocks cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/cost.h"
#include "mote/v1/job.pb.h"
#include "mote/v1/ledger.pb.h"

namespace mote::client {

enum class RollupBy { kStage, kPass, kOperation, kKernel, kWorker, kSlot, kBlock };

// What `mote cost --by` takes: "stage", "pass", "operation", "kernel", "worker", ….
std::vector<std::string> RollupNames();
std::optional<RollupBy> ParseRollup(std::string_view name);

struct Rollup {
  std::string name;      // "work pass 3", "w1 slot 0"
  int64_t attempts = 0;  // all of them
  int64_t wasted = 0;    // of these: failed, given back, or beaten
  int64_t device_ns = 0, wasted_ns = 0;
  // Tasks and their wall times: of those that were settled. Phases and bytes: of attempts
  // that settled some.
  Cost cost;
};

// In the order in which the names came up first; workers and slots by name.
//
// InvalidArgument: an entry's columns cannot be read; names its worker and tasks.
absl::StatusOr<std::vector<Rollup>> RollUp(const v1::Job& job, const std::vector<v1::LedgerEntry>& entries,
                                           RollupBy by);

}  // namespace mote::client
