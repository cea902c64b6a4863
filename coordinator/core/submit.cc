#include "coordinator/core/submit.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/suggest.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/predict.h"
#include "coordinator/core/view_of.h"

namespace mote::coordinator {
namespace {

void Refuse(Transaction& tx, CallId call, absl::Status status) { tx.Send(Reply{call, std::move(status), {}}); }

}  // namespace

absl::Status NoSuchJob(JobId id) {
  return absl::NotFoundError(absl::StrCat("no job ", id.value, "; `mote jobs` lists those that are kept"));
}

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

void Decide(Transaction& tx, const GetJob& command) {
  const Job* job = tx.state.FindJob(command.job);
  if (job == nullptr) return Refuse(tx, command.call, NoSuchJob(command.job));
  tx.Send(Reply{command.call, absl::OkStatus(), ViewOf(tx.state, *job, tx.now)});
}

void Decide(Transaction& tx, const ListJobs& command) {
  JobListView list;
  const JobId before{command.before == 0 ? UINT64_MAX : command.before};
  auto it = tx.state.jobs.lower_bound(before);
  while (it != tx.state.jobs.begin() && static_cast<int>(list.jobs.size()) < command.page_size) {
    --it;
    list.jobs.push_back(ViewOf(tx.state, *it->second, tx.now));
  }
  if (it != tx.state.jobs.begin() && !list.jobs.empty()) list.next_before = list.jobs.back().id.value;
  tx.Send(Reply{command.call, absl::OkStatus(), std::move(list)});
}

void Decide(Transaction& tx, const CancelJob& command) {
  const Job* job = tx.state.FindJob(command.job);
  if (job == nullptr) return Refuse(tx, command.call, NoSuchJob(command.job));
  if (!IsTerminal(job->state)) EndJob(tx, command.job, JobState::kCancelled, std::nullopt);
  tx.Send(Reply{command.call, absl::OkStatus(), ViewOf(tx.state, *job, tx.now)});
}

void Decide(Transaction& tx, const ListWorkers& command) {
  std::vector<WorkerView> workers;
  for (const auto& [name, worker] : tx.state.cluster.workers()) workers.push_back(ViewOf(tx.state, worker, tx.now));
  tx.Send(Reply{command.call, absl::OkStatus(), std::move(workers)});
}

void Decide(Transaction& tx, const ListBundles& command) {
  const std::string tenant = command.tenant.empty() ? "default" : command.tenant;
  if (!command.name.empty() && tx.state.bundles.Find(tenant, command.name, 0) == nullptr) {
    return Refuse(tx, command.call,
                  absl::NotFoundError(absl::StrCat("tenant ", tenant, " has no bundle \"", command.name, "\"",
                                                   DidYouMean(command.name, tx.state.bundles.Names(tenant)),
                                                   "; `mote bundles` lists them")));
  }
  const BundlePage page = tx.state.bundles.Page(tenant, command.name, command.after, command.page_size);
  BundleListView list;
  for (const Bundle* const bundle : page.bundles) {
    // What its parts are, without what is in them.
    Bundle& listed =
        list.bundles.emplace_back(Bundle{bundle->tenant, bundle->name, bundle->version, bundle->job, bundle->time, {}});
    for (const auto& [name, output] : bundle->outputs) {
      listed.outputs[name] = {
          output.kind, {}, output.rows, output.bytes, output.kind == OutputKind::kBlob ? output.schema : ""};
    }
  }
  if (page.has_more && !list.bundles.empty()) list.next_after = NameOf(list.bundles.back());
  tx.Send(Reply{command.call, absl::OkStatus(), std::move(list)});
}

void Decide(Transaction& tx, const DrainWorker& command) {
  Worker* worker = tx.state.cluster.Find(command.worker);
  if (worker == nullptr && tx.now < tx.state.reconnect_until) {
    tx.state.cluster.DrainOnJoin(command.worker);
    return tx.Send(Reply{command.call, absl::OkStatus(), {}});
  }
  if (worker == nullptr) {
    return Refuse(tx, command.call,
                  absl::NotFoundError(absl::StrCat("no worker \"", command.worker, "\"; `mote workers` lists them")));
  }
  worker->drain_asked = true;
  tx.state.cluster.SetDraining(*worker);
  if (worker->session) tx.Send(SendDrain{*worker->session});
  tx.Send(Reply{command.call, absl::OkStatus(), {}});
}

}  // namespace mote::coordinator
