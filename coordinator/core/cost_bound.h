// What a report may claim: no more than its lease can have seen.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "common/cost.h"
#include "coordinator/core/block_set.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// So fast are no bytes: 100 GB/s, twice the fastest link that a machine has today.
inline constexpr double kBytesPerSecondMax = 1e11;
// So much memory has no machine.
inline constexpr int64_t kMemoryBytesMax = int64_t{1} << 50;

// What the clock may have been stepped by between two epochs.
inline constexpr absl::Duration kClockStepMax = absl::Hours(1);

// How long the attempt has held its lease, by the coordinator's clock, and
// CoreOptions::cost_slack; where it was granted under another epoch, kClockStepMax more.
absl::Duration LeaseWall(const State& state, const Attempt& attempt, absl::Time now);

// The cost cut to what fits into `wall`: each phase's busy
// time and each task's wall time (a slot does one thing of a kind at a time), bytes
// that a link can carry meanwhile, and memory that a machine can have. nullopt: it fits
// already.
std::optional<Cost> CutToWall(const Cost& cost, absl::Duration wall);

}  // namespace mote::coordinator
