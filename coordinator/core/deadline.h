// When a job must have ended (JobSpec::deadline).
//
// Wall time: it runs while the coordinator is away. Reports that have arrived by then
// count (tick.h comes after them), so a job either ends with its results or is overdue.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Counts from `begin`: the submission, or a retry.
void SetDeadline(State& state, Job& job, absl::Time begin);
void RestoreDeadline(State& state, Job& job, absl::Time deadline);
void ForgetDeadline(State& state, const Job& job);

// Ends as failed what should have ended by now; says how far it was.
void EndOverdueJobs(Transaction& tx);

}  // namespace mote::coordinator
