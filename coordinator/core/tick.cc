#include "coordinator/core/tick.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/core/deadline.h"
#include "coordinator/core/exclusion.h"
#include "coordinator/core/hand_over.h"
#include "coordinator/core/lease_limit.h"
#include "coordinator/core/pinned_sites.h"
#include "coordinator/core/read_log.h"
#include "coordinator/core/straggler.h"
#include "coordinator/core/worker_session.h"

namespace mote::coordinator {
namespace {

void LoseSilentWorkers(Transaction& tx) {
  const absl::Duration limit = tx.state.options.heartbeat_timeout;
  std::vector<std::string> silent;
  for (const auto& [name, worker] : tx.state.cluster.workers()) {
    if (tx.now - worker.last_heard > limit) silent.push_back(name);
  }
  for (const std::string& name : silent) {
    const Worker& worker = *tx.state.cluster.Find(name);
    const std::string why =
        absl::StrCat("worker ", name, " was silent for ",
                     absl::FormatDuration(absl::Trunc(tx.now - worker.last_heard, absl::Milliseconds(1))), " (limit ",
                     absl::FormatDuration(limit), ")");
    if (worker.session) tx.Send(CloseSession{*worker.session, absl::UnavailableError(why)});
    LoseWorker(tx, name, FaultKind::kLostWorker, why);
  }
}

// Deletes superseded states that nothing has come to use again meanwhile.
void DropSuperseded(Transaction& tx) {
  auto& drops = tx.state.drops;
  auto due = drops.begin();
  DropArtifacts dropped;
  for (; due != drops.end() && due->first <= tx.now; ++due) {
    if (!tx.state.artifact_users.contains(due->second)) dropped.artifacts.push_back(due->second);
  }
  drops.erase(drops.begin(), due);
  if (!dropped.artifacts.empty()) tx.Send(std::move(dropped));
}

}  // namespace

void Decide(Transaction& tx, const DiskState& disk) {
  tx.state.disk_low = disk.low ? std::make_optional(disk) : std::nullopt;
}

void Decide(Transaction& tx, const Tick& tick) {
  if (tick.stalled > absl::ZeroDuration()) tx.state.cluster.ForgiveStall(tick.stalled, tx.now);
  LoseSilentWorkers(tx);
  ExpireLeases(tx);
  EndOverdueJobs(tx);
  ReviewPinnedSites(tx);
  DropSuperseded(tx);
  ExpireLogReads(tx);
  HandOver(tx);
  ReviewExclusions(tx);
  RelieveStragglers(tx);
}

}  // namespace mote::coordinator
