// The end of what was under way: attempts, passes, their partials, artifacts of steps.
// Part of applying events: see apply.cc.
#pragma once

#include "coordinator/core/state.h"

namespace mote::coordinator {

// Workers hold no leases of the pass any more.
void ForgetLeases(State& state, JobId job, const Pass& pass);

// The passes of a stage are over. Their finished nodes are kept for a retry
// (second_chance.h), what folding left in the store is not.
void DropPassesOf(State& state, Job& job, int stage, absl::Time now);

// What is kept for a retry of the stage goes.
void ForgetKept(StageRun& stage);

// All of the job: a retry runs its incomplete stages whole.
void DropWork(State& state, Job& job, absl::Time now);

// Ends the job's attempts: what was leased is pending, faults are forgiven.
void StopWork(State& state, Job& job);

}  // namespace mote::coordinator
