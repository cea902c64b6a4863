#include "coordinator/core/forget_job.h"

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "coordinator/core/artifact_use.h"
#include "coordinator/core/drop_work.h"
#include "coordinator/core/event_subject.h"

namespace mote::coordinator {
namespace {

constexpr int kJobsAtOnce = 100;

}  // namespace

absl::Status ForgetJob(State& state, const JobForgotten& event) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  if (!IsTerminal(job->state)) {
    return absl::FailedPreconditionError(absl::StrCat("job ", event.job.value, " is forgotten and has not ended"));
  }
  DropWork(state, *job, event.time);
  for (int i = 0; i < static_cast<int>(job->stages.size()); ++i) {
    for (const ArtifactRef& artifact : ArtifactsOf(job->stages[i].outputs)) Leave(state, artifact);
    state.reuse.Forget({event.job, i});
  }
  for (const ArtifactRef& artifact : ArtifactsOf(job->admitted.spec)) Leave(state, artifact);
  const auto request = state.request_ids.find(job->request_id);
  if (request != state.request_ids.end() && request->second == event.job) state.request_ids.erase(request);
  std::erase(state.retryable, event.job);
  state.ended.erase({job->end, event.job});
  state.jobs.erase(event.job);
  return absl::OkStatus();
}

void ForgetOldJobs(Transaction& tx) {
  const CoreOptions& options = tx.state.options;
  const bool is_young = IsYoung(tx.state, tx.now);
  for (int i = 0; i < kJobsAtOnce && !tx.state.ended.empty(); ++i) {
    const auto [end, job] = *tx.state.ended.begin();
    const bool is_old = !is_young && end + options.retention <= tx.now;
    if (!is_old && tx.state.ended.size() <= options.ended_jobs_max) return;
    tx.Emit(JobForgotten{job, tx.now});
  }
}

}  // namespace mote::coordinator
