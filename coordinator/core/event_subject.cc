#include "coordinator/core/event_subject.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::coordinator {

absl::Status UnknownInEvent(std::string_view what, uint64_t id) {
  return absl::FailedPreconditionError(absl::StrCat("event of unknown ", std::string(what), " ", id));
}

absl::StatusOr<Job*> JobOf(State& state, JobId id) {
  Job* job = state.FindJob(id);
  if (job == nullptr) return UnknownInEvent("job", id.value);
  return job;
}

absl::StatusOr<Pass*> PassOf(State& state, JobId job, PassId id) {
  Pass* pass = state.FindPass(job, id);
  if (pass == nullptr) return UnknownInEvent("pass", id.value);
  return pass;
}

absl::StatusOr<StageRun*> StageOf(State& state, JobId id, int stage) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, id));
  if (stage < 0 || stage >= static_cast<int>(job->stages.size())) return UnknownInEvent("stage", stage);
  return &job->stages[stage];
}

}  // namespace mote::coordinator
