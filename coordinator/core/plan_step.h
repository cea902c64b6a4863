// How a job moves on: passes complete, planners answer, stages complete, jobs end.
#pragma once

#include <optional>

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Does all that can be done without another result: completes folded passes, asks
// planners whose step is complete, ends the job when nothing is left. Safe to call
// at any time; `job` may be ended afterwards.
void AdvanceJob(Transaction& tx, JobId job);

// The same, where something happened in the pass `changed` alone: what it costs does
// not grow with the job's other stages.
void AdvanceJob(Transaction& tx, JobId job, PassId changed);

// Plans the step that the stage's planner answered.
void PlanNextStep(Transaction& tx, Job& job, int stage, PlanStep step);

// Sessions may forget the definitions of the stage's passes, and what they keep of them: they
// are over. Not of those that left one of `needed` (PlanStep::apart).
void DropStepFromSessions(Transaction& tx, const Job& job, int stage, const std::vector<ArtifactRef>& needed = {});

// Ends a running job: revokes its leases, tells its watchers.
void EndJob(Transaction& tx, JobId job, JobState state, std::optional<JobFailure> failure);

}  // namespace mote::coordinator
