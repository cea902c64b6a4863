#include "coordinator/core/tick.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/core/collect.h"
#include "coordinator/core/deadline.h"
#include "coordinator/core/exclusion.h"
#include "coordinator/core/forget_job.h"
#include "coordinator/core/hand_over.h"
#include "coordinator/core/heartbeat.h"
#include "coordinator/core/lease_limit.h"
#include "coordinator/core/pinned_sites.h"
#include "coordinator/core/read_log.h"
#include "coordinator/core/straggler.h"
#include "coordinator/core/worker_session.h"

namespace mote::coordinator {
namespace {

void LoseSilentWorkers(Transaction& tx) {
  std::vector<std::string> silent;
  for (const auto& [name, worker] : tx.state.cluster.workers()) {
    if (tx.now - worker.last_heard > SilenceLimit(tx.state, worker)) silent.push_back(name);
  }
  for (const std::string& name : silent) {
    const Worker& worker = *tx.state.cluster.Find(name);
    const std::string why =
        absl::StrCat("worker ", name, " was silent for ",
                     absl::FormatDuration(absl::Trunc(tx.now - worker.last_heard, absl::Milliseconds(1))), " (limit ",
                     absl::FormatDuration(SilenceLimit(tx.state, worker)), ")");
    if (worker.session) tx.Send(CloseSession{*worker.session, absl::UnavailableError(why)});
    LoseWorker(tx, name, FaultKind::kLostWorker, why);
  }
}

// Looking at each worker takes time too: with very many it is done as rarely, a tenth of the
// time between their heartbeats, as these come.
bool IsReviewDue(State& state, absl::Time now) {
  const absl::Duration period = HeartbeatInterval(state) / 10;
  // The clock may have been set back since.
  if (absl::AbsDuration(now - state.last_review) < period && period > state.options.heartbeat_interval / 10) {
    return false;
  }
  state.last_review = now;
  return true;
}

// Deletes superseded states that nothing has come to use again meanwhile, those of about a
// second together: each time all that is in use is looked through.
void DropSuperseded(Transaction& tx) {
  constexpr absl::Duration kTogether = absl::Seconds(1);
  auto& drops = tx.state.drops;
  // Later than any of this epoch can be: the clock was set back since.
  const absl::Time latest = tx.now + tx.state.options.drop_delay;
  // What workers report as they come back is not in use yet.
  if (drops.empty() || tx.now < tx.state.reconnect_until) return;
  if (drops.front().first > tx.now - kTogether && drops.front().first <= latest) return;
  auto due = drops.begin();
  DropArtifacts dropped;
  for (; due != drops.end() && (due->first <= tx.now || due->first > latest); ++due) {
    if (!tx.state.artifact_users.contains(due->second)) dropped.artifacts.push_back(due->second);
  }
  drops.erase(drops.begin(), due);
  if (dropped.artifacts.empty()) return;
  for (const auto& [artifact, users] : tx.state.artifact_users) dropped.in_use.push_back(artifact);
  tx.Send(std::move(dropped));
}

}  // namespace

void Decide(Transaction& tx, const DiskState& disk) {
  tx.state.disk_low = disk.low ? std::make_optional(disk) : std::nullopt;
}

void Decide(Transaction& tx, const Tick& tick) {
  if (tick.stalled > absl::ZeroDuration()) tx.state.cluster.ForgiveStall(tick.stalled, tx.now);
  EndOverdueJobs(tx);
  ReviewPinnedSites(tx);
  ForgetOldJobs(tx);
  DropSuperseded(tx);
  CollectUnused(tx);
  ExpireLogReads(tx);
  if (!IsReviewDue(tx.state, tx.now)) return;
  LoseSilentWorkers(tx);
  ExpireLeases(tx);
  HandOver(tx);
  ReviewExclusions(tx);
  RelieveStragglers(tx);
}

}  // namespace mote::coordinator
