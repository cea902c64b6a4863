#include "coordinator/core/pinned_sites.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/core/capable.h"
#include "coordinator/core/plan_step.h"

namespace mote::coordinator {
namespace {

// It is there, and some slot of it may run the pass, now or once its engine is ready.
bool IsCapable(const Cluster& cluster, const Job& job, const Pass& pass) {
  const Worker* const worker = cluster.Find(pass.spec->worker);
  if (worker == nullptr || !worker->session || worker->draining || !cluster.DistrustOf(worker->name).empty()) {
    return false;
  }
  return std::any_of(worker->slots.begin(), worker->slots.end(),
                     [&](const Slot& slot) { return MayRun(job, pass, *worker, slot); });
}

bool Waits(const Cluster& cluster, const Job& job, const Pass& pass) {
  const bool wanted = pass.blocks.pending() + pass.blocks.awaited() > 0;
  return wanted && !pass.spec->worker.empty() && !IsCapable(cluster, job, pass);
}

// The longest that an input with rows there says.
absl::Duration WaitFor(const Job& job, const std::string& worker) {
  absl::Duration wait;
  for (const InputSpec& input : job.admitted.spec.inputs) {
    if (!input.sites.contains(worker)) continue;
    wait = std::max(wait, input.site_wait == absl::ZeroDuration() ? kSiteWait : input.site_wait);
  }
  return wait;
}

std::string WhatIsThere(const State& state, const Job& job, const Pass& pass) {
  const Cluster& cluster = state.cluster;
  const std::string& name = pass.spec->worker;
  if (!cluster.DistrustOf(name).empty()) return absl::StrCat(" gave wrong results (", cluster.DistrustOf(name), ")");
  const Worker* const worker = cluster.Find(name);
  if (worker == nullptr || !worker->session) return " is not connected";
  if (worker->draining) return " is being drained";
  return absl::StrCat(" cannot work on them: ", WhyNoneIsCapable(state, job, pass));
}

// Every worker that the job waits for, and since when.
std::map<std::string, absl::Time> Awaited(const State& state, const Job& job,
                                          const std::map<std::string, absl::Time>& before, absl::Time now) {
  std::map<std::string, absl::Time> away;
  for (const auto& [id, pass] : job.passes) {
    if (!Waits(state.cluster, job, pass)) continue;
    const auto known = before.find(pass.spec->worker);
    // The clock may have been set back since.
    away[pass.spec->worker] = known == before.end() ? now : std::min(known->second, now);
  }
  return away;
}

void EndFor(Transaction& tx, const Job& job, const std::string& worker) {
  const auto pass = std::find_if(job.passes.begin(), job.passes.end(), [&](const auto& entry) {
    return entry.second.spec->worker == worker && Waits(tx.state.cluster, job, entry.second);
  });
  JobFailure failure{job.stage_name(pass->second.stage), pass->first, {}, {}};
  failure.failure.kind = FaultKind::kLostWorker;
  failure.failure.worker = worker;
  failure.failure.message = absl::StrCat(
      "rows of stage ", failure.stage, " stay at worker ", worker, ", which", WhatIsThere(tx.state, job, pass->second),
      "; the job waited ", absl::FormatDuration(WaitFor(job, worker)), " for it: start it with --name ", worker,
      " where the rows are, then `mote retry ", job.id.value, "`, or let `placement` wait longer");
  EndJob(tx, job.id, JobState::kFailed, std::move(failure));
}

}  // namespace

void ReviewPinnedSites(Transaction& tx) {
  std::vector<std::pair<JobId, std::string>> over;
  for (auto& [id, away] : tx.state.pinned) {
    const Job& job = *tx.state.FindJob(id);
    away = Awaited(tx.state, job, away, tx.now);
    const auto late = std::find_if(away.begin(), away.end(), [&](const auto& entry) {
      return tx.now - entry.second >= WaitFor(job, entry.first);
    });
    if (late != away.end()) over.emplace_back(id, late->first);
  }
  for (const auto& [id, worker] : over) EndFor(tx, *tx.state.FindJob(id), worker);
}

std::string WhySiteIsAway(const State& state, const Job& job, const Pass& pass, absl::Time now) {
  if (!Waits(state.cluster, job, pass)) return "";
  const std::string& worker = pass.spec->worker;
  absl::Duration left = WaitFor(job, worker);
  if (const auto away = state.pinned.find(job.id); away != state.pinned.end()) {
    if (const auto since = away->second.find(worker); since != away->second.end()) left -= now - since->second;
  }
  return absl::StrCat("rows of stage ", job.stage_name(pass.stage), " stay at worker ", worker, ", which",
                      WhatIsThere(state, job, pass), "; start it with --name ", worker,
                      " where the rows are: the job fails in ",
                      absl::FormatDuration(absl::Ceil(std::max(absl::ZeroDuration(), left), absl::Seconds(1))));
}

}  // namespace mote::coordinator
