#include "coordinator/core/submit.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/predict.h"
#include "coordinator/core/queries.h"
#include "coordinator/core/view_of.h"

namespace mote::coordinator {
namespace {

void Refuse(Transaction& tx, CallId call, absl::Status status) { tx.Send(Reply{call, std::move(status), {}}); }

}  // namespace

void Decide(Transaction& tx, const SubmitJob& command) {
  const auto known = tx.state.request_ids.find(command.request_id);
  const bool is_known = known != tx.state.request_ids.end();
  JobSpec spec = command.spec;
  // What was the newest version of a bundle then is so for the same request now.
  if (is_known) spec.bundles = tx.state.FindJob(known->second)->admitted.spec.bundles;
  absl::StatusOr<AdmittedJob> admitted = Admit(spec, *tx.state.planners, tx.state.bundles);
  if (!admitted.ok()) return Refuse(tx, command.call, admitted.status());
  if (is_known) {
    if (tx.state.FindJob(known->second)->admitted.spec == admitted->spec) {
      return tx.Send(Reply{command.call, absl::OkStatus(), known->second});
    }
    return Refuse(tx, command.call,
                  absl::AlreadyExistsError(absl::StrCat("request id \"", command.request_id, "\" was used for job ",
                                                        known->second.value, ", which differs; use a new id")));
  }
  if (static_cast<int>(tx.state.jobs.size()) >= tx.state.options.jobs_max) {
    return Refuse(tx, command.call,
                  absl::ResourceExhaustedError(absl::StrCat("the coordinator keeps ", tx.state.options.jobs_max,
                                                            " jobs already; retry when some are gone")));
  }
  const JobId id{tx.state.next_job};
  tx.Emit(JobSubmitted{id, admitted->spec, command.request_id, command.principal, tx.now});
  tx.Send(Reply{command.call, absl::OkStatus(), id});
  AdvanceJob(tx, id);
}

void Decide(Transaction& tx, const ValidateJob& command) {
  absl::StatusOr<AdmittedJob> admitted = Admit(command.spec, *tx.state.planners, tx.state.bundles);
  if (!admitted.ok()) return Refuse(tx, command.call, admitted.status());
  tx.Send(Reply{command.call, absl::OkStatus(), PlanOf(tx.state, *admitted)});
}

void Decide(Transaction& tx, const CancelJob& command) {
  const Job* job = tx.state.FindJob(command.job);
  if (job == nullptr) return Refuse(tx, command.call, NoSuchJob(command.job));
  if (!IsTerminal(job->state)) EndJob(tx, command.job, JobState::kCancelled, std::nullopt);
  tx.Send(Reply{command.call, absl::OkStatus(), ViewOf(tx.state, *job, tx.now)});
}

}  // namespace mote::coordinator
