// Why pending work is not running, in a sentence with the remedy: no wait without one.
#pragma once

#include <string>

#include "coordinator/core/state.h"

namespace mote::coordinator {

// What keeps a slot from working, or makes it suspect; empty: nothing.
std::string ProblemOf(const Slot& slot, int index, absl::Time now);

// Empty: some of the job's tasks run, or it has ended.
std::string WaitingReason(const State& state, const Job& job, absl::Time now);

// The same of one stage; before its first step: which inputs it waits for.
std::string StageWaitingReason(const State& state, const Job& job, int stage, absl::Time now);

}  // namespace mote::coordinator
