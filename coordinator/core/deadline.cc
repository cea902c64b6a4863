#include "coordinator/core/deadline.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/unfinished.h"
#include "coordinator/core/waiting_reason.h"

namespace mote::coordinator {
namespace {

JobFailure Overdue(const State& state, const Job& job, absl::Time now) {
  JobFailure failure;
  failure.stage = job.stage_name(UnfinishedStage(job));
  failure.failure.kind = FaultKind::kDeadline;
  failure.failure.message = absl::StrCat("the job has not ended within its deadline of ",
                                         absl::FormatDuration(job.admitted.spec.deadline), ": ", HowFar(job));
  const std::string reason = WaitingReason(state, job, now);
  if (!reason.empty()) absl::StrAppend(&failure.failure.message, "; it was waiting: ", reason);
  return failure;
}

}  // namespace

void SetDeadline(State& state, Job& job, absl::Time begin) {
  const absl::Duration deadline = job.admitted.spec.deadline;
  if (deadline > absl::ZeroDuration()) RestoreDeadline(state, job, begin + deadline);
}

void RestoreDeadline(State& state, Job& job, absl::Time deadline) {
  ForgetDeadline(state, job);
  job.deadline = deadline;
  if (deadline != absl::InfiniteFuture() && !IsTerminal(job.state)) state.deadlines.emplace(deadline, job.id);
}

void ForgetDeadline(State& state, const Job& job) { state.deadlines.erase({job.deadline, job.id}); }

void EndOverdueJobs(Transaction& tx) {
  while (!tx.state.deadlines.empty() && tx.state.deadlines.begin()->first <= tx.now) {
    const JobId id = tx.state.deadlines.begin()->second;
    EndJob(tx, id, JobState::kFailed, Overdue(tx.state, *tx.state.FindJob(id), tx.now));
  }
}

}  // namespace mote::coordinator
