// What one attempt at a block cost: a line of the ledger, which the core writes and
// never reads.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "common/block.h"
#include "common/cost.h"
#include "common/ids.h"

namespace mote::coordinator {

enum class LedgerOutcome {
  kCommitted,  // its tasks are done, and counted once
  kHeld,       // to be compared with other runs of the block (`verify`)
  kWasted,     // failed, or given back
};

struct LedgerEntry {
  JobId job;
  int stage = 0;
  PassId pass;
  std::string kernel;
  TaskRange tasks;  // that it finished: the block's first ones
  uint32_t attempt = 0;
  std::string worker;
  int slot = 0;
  absl::Time started;  // of the lease's turn on its slot
  absl::Duration slot_time;
  std::array<int64_t, kPhaseCount> phase_ns{};
  int64_t staged_bytes = 0;
  int64_t network_bytes = 0;
  int64_t memory_bytes = 0;  // as Cost's
  LedgerOutcome outcome = LedgerOutcome::kCommitted;
  std::string task_columns;  // of the tasks, and perhaps of some more (common/ledger/task_columns.h)
  bool operator==(const LedgerEntry&) const = default;
};

}  // namespace mote::coordinator
