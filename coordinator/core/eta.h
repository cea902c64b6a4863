// When a stage and its job will be done, and how sure that is: from what was learned of
// the tasks that are done, the tasks that are left, and the slots that there are.
//
//   T = W/c + tail
//
// W is the slot time of the tasks that are left, planned and foreseen. Tasks that ended
// early in a pass are mostly short ones, so the mean is taken over all that have begun: one
// that still runs is taken to end as those do that took longer than it has so far. c is
// how many tasks run at once: slots, but no more than tasks. Where steps follow each other
// (an iteration), W/c is the time that a step took so far, times the steps that are left.
// The tail is the residual life of what runs when nothing is pending any more, E[d²]/2E[d]
// for tasks of duration d (the renewal theory's inspection paradox).
//
// Where a stage has done too little to tell, what it took when its like ran before is taken
// (earlier_run.h): W is the slot time that this took, less what is done.
//
// The interval is log-normal about T. Its variance adds up the sampling of the mean (with
// a prior, while few tasks were seen), that of the tasks left, half of the tail, and what no
// data of the job show: future faults, other jobs, drift.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// nullopt: it is not running, no slot is ready, or nothing is known: no task of it is done, and
// no job has run its like.
std::optional<Eta> StageEta(const State& state, const Job& job, int stage, absl::Time now);

// Of the job's end. nullopt: it does not run, or a stage's part in it is unknown: one without
// a StageEta, or one that waits for others and whose like was never run.
std::optional<Eta> JobEta(const State& state, const Job& job, absl::Time now);

}  // namespace mote::coordinator
