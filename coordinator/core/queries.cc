#include "coordinator/core/queries.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/suggest.h"
#include "coordinator/core/view_of.h"

namespace mote::coordinator {

absl::Status NoSuchJob(JobId id) {
  return absl::NotFoundError(absl::StrCat("no job ", id.value, "; `mote jobs` lists those that are kept"));
}

void Decide(Transaction& tx, const GetJob& command) {
  const Job* job = tx.state.FindJob(command.job);
  if (job == nullptr) return tx.Send(Reply{command.call, NoSuchJob(command.job), {}});
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

void Decide(Transaction& tx, const ListWorkers& command) {
  std::vector<WorkerView> workers;
  for (const auto& [name, worker] : tx.state.cluster.workers()) workers.push_back(ViewOf(tx.state, worker, tx.now));
  tx.Send(Reply{command.call, absl::OkStatus(), std::move(workers)});
}

void Decide(Transaction& tx, const ListBundles& command) {
  const std::string tenant = command.tenant.empty() ? "default" : command.tenant;
  if (!command.name.empty() && tx.state.bundles.Find(tenant, command.name, 0) == nullptr) {
    absl::Status none = absl::NotFoundError(absl::StrCat("tenant ", tenant, " has no bundle \"", command.name, "\"",
                                                         DidYouMean(command.name, tx.state.bundles.Names(tenant)),
                                                         "; `mote bundles` lists them"));
    return tx.Send(Reply{command.call, std::move(none), {}});
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

}  // namespace mote::coordinator
