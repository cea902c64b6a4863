#include "coordinator/core/hand_over.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "common/check.h"
#include "coordinator/core/fold_tasks.h"

namespace mote::coordinator {
namespace {

// A pass that is being finished is over before its root could have been moved.
void MovePartials(Transaction& tx, JobId job, PassId id, const std::string& worker) {
  const Pass& pass = *tx.state.FindPass(job, id);
  if (pass.folds || pass.finished_by) return;
  std::vector<int64_t> tasks;
  for (const auto& [begin, node] : pass.fold.by_task()) {
    if (node.holder == worker) tasks.push_back(begin);
  }
  for (const int64_t task : tasks) {
    const absl::Status planned = PlanFold(tx, job, id, task, /*nodes_min=*/1);
    MOTE_CHECK(planned.ok(), "the parameters of a pass's reducer were read when it was planned");
  }
}

bool IsNeeded(const Pass& pass, const std::string& worker) {
  const auto& nodes = pass.fold.by_task();
  return std::any_of(nodes.begin(), nodes.end(), [&](const auto& entry) { return entry.second.holder == worker; }) ||
         std::any_of(pass.held.begin(), pass.held.end(), [&](const auto& h) { return h.second.AnyKeptAt(worker); });
}

// Passes of whose partials only this worker has some.
std::set<PassId> Needed(const State& state, const std::string& worker) {
  std::set<PassId> needed;
  for (const JobId id : state.active) {
    const Job& job = *state.FindJob(id);
    for (const auto& [pass_id, pass] : job.passes) {
      if (IsNeeded(pass, worker)) needed.insert(pass_id);
    }
    // Some steps on they are taken (apart.h).
    for (const StageRun& stage : job.stages) {
      for (const auto& [artifact, node] : stage.apart) {
        if (node.holder == worker) needed.insert(node.pass);
      }
    }
  }
  return needed;
}

void ReleaseRest(Transaction& tx, Worker& worker) {
  if (!worker.leases.empty() || worker.holding.empty()) return;
  std::set<PassId> needed;  // nothing, when there is nobody to take it
  if (tx.state.cluster.ready_slots() > 0) needed = Needed(tx.state, worker.name);
  for (const PassId pass : worker.holding) {
    if (needed.contains(pass)) continue;
    tx.Send(SendDropPass{*worker.session, pass});
    worker.known_passes.erase(pass);
  }
  std::erase_if(worker.holding, [&](PassId pass) { return !needed.contains(pass); });
}

}  // namespace

void HandOver(Transaction& tx) {
  for (const auto& [name, worker] : tx.state.cluster.workers()) {
    if (!worker.draining || !worker.session || worker.holding.empty()) continue;
    for (const JobId id : tx.state.active) {
      const Job& job = *tx.state.FindJob(id);
      std::vector<PassId> passes;
      for (const auto& [pass, unused] : job.passes) passes.push_back(pass);
      for (const PassId pass : passes) MovePartials(tx, id, pass, name);
    }
    ReleaseRest(tx, *tx.state.cluster.Find(name));
  }
}

}  // namespace mote::coordinator
