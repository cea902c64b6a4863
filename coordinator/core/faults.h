// System faults of one task, or of a block in which no task is under suspicion.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "common/failure.h"
#include "coordinator/core/job_spec.h"

namespace mote::coordinator {

// Counted apart: workers that were lost say little against a task that then crashes
// an engine for the first time.
struct Faults {
  int charged = 0;      // Blame::kTask
  int unavailable = 0;  // Blame::kInput
  int lost = 0;         // Blame::kWorker

  // Who failed it last: until `avoid_until` it is for others, if there are any. A slot
  // that fails everything is the first to be idle and would take every retry.
  std::string worker;
  int slot = -1;  // -1: any of the worker's
  absl::Time avoid_until = absl::InfinitePast();

  bool operator==(const Faults&) const = default;
  int Of(Blame blame) const;
  // `retry_at`: not before then.
  void Add(const Failure& failure, int failed_slot, absl::Time retry_at);
  bool Avoids(const std::string& worker, int slot, absl::Time now) const;
};

// So many faults of a kind give a task up that stood alone.
int TaskFaultsMax(const StageSpec& stage, Blame blame);
// So many bisect a block in which nobody is under suspicion.
int BlockFaultsMax(const StageSpec& stage, FaultKind kind);

}  // namespace mote::coordinator
