#include "coordinator/core/deadline.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/waiting_reason.h"

namespace mote::coordinator {
namespace {

// The stage that kept the job: the first that runs, else the first that waits.
int UnfinishedStage(const Job& job) {
  const auto in = [&](StageState state) {
    return std::find_if(job.stages.begin(), job.stages.end(), [&](const StageRun& run) { return run.state == state; });
  };
  auto stage = in(StageState::kRunning);
  if (stage == job.stages.end()) stage = in(StageState::kWaiting);
  return static_cast<int>(stage - job.stages.begin());
}

JobFailure Overdue(const State& state, const Job& job, absl::Time now) {
  const auto complete = std::count_if(job.stages.begin(), job.stages.end(),
                                      [](const StageRun& run) { return run.state == StageState::kComplete; });
  const int stage = UnfinishedStage(job);
  const StageRun& run = job.stages[stage];
  JobFailure failure;
  failure.stage = job.stage_name(stage);
  failure.failure.kind = FaultKind::kDeadline;
  failure.failure.message =
      absl::StrCat("the job has not ended within its deadline of ", absl::FormatDuration(job.admitted.spec.deadline),
                   ": ", complete, " of ", job.stages.size(), " stages are complete, and ", failure.stage, " has done ",
                   run.tasks_committed, " of ", run.tasks_total + run.tasks_to_come, " tasks");
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
