// How long things take: what was learned of tasks and of slots.
#pragma once

#include "absl/time/time.h"
#include "coordinator/core/block_set.h"
#include "coordinator/core/command.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// Learned mean of a task of this pass, or of its kernel in the stage's passes before.
// Zero: nothing is known yet.
absl::Duration TaskDuration(const StageRun& stage, const Pass& pass);

// When the slot began to work on the attempt, as far as the coordinator can tell: it
// had been granted, and what ran there before it had been reported.
absl::Time HeldSince(const Worker& worker, const Attempt& attempt);

// Slot time that a live attempt has spent, if it is the one that its slot runs.
absl::Duration SpentBy(const State& state, const Attempt& attempt, absl::Time now);

}  // namespace mote::coordinator
