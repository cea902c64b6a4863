#include "coordinator/core/lease_limit.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/core/dispatch.h"
#include "coordinator/core/estimate.h"
#include "coordinator/core/held_leases.h"
#include "coordinator/core/worker_session.h"

namespace mote::coordinator {
namespace {

constexpr int kTimesPredicted = 20;

// The longest that any of the leases may take.
absl::Duration LimitOf(const State& state, const std::vector<HeldLease>& held) {
  absl::Duration limit;
  for (const HeldLease& lease : held) {
    const Job& job = *state.FindJob(lease.token.job);
    limit = std::max(limit, LeaseLimit(state, job, job.passes.at(lease.token.pass), lease.token.block));
  }
  return limit;
}

// The oldest one is to blame; the others only stood behind it.
void Expire(Transaction& tx, const std::string& name, int slot, const std::vector<HeldLease>& held,
            absl::Duration limit) {
  Slot& stuck = tx.state.cluster.Find(name)->slots[slot];
  const std::string why = absl::StrCat("slot ", slot, " of worker ", name, " reported nothing for ",
                                       absl::FormatDuration(absl::Trunc(tx.now - stuck.progress, absl::Seconds(1))),
                                       " (limit ", absl::FormatDuration(absl::Trunc(limit, absl::Seconds(1))),
                                       ") and its lease was revoked; see the worker's log, or set a longer `timeout`");
  stuck.progress = tx.now;
  std::vector<LeaseToken> waiting;
  for (const HeldLease& lease : held) {
    tx.Revoke(lease.token.job, lease.token.pass, lease.token.block, lease.attempt);
    if (&lease != &held.front()) waiting.push_back(lease.token);
  }
  FailLeases(tx, name, {held.front().token}, FaultKind::kLeaseExpired, why);
  FailLeases(tx, name, waiting, FaultKind::kGivenBack, why);
}

}  // namespace

absl::Duration LeaseLimit(const State& state, const Job& job, const Pass& pass, Block block) {
  const auto tasks = static_cast<double>(block.size(pass.spec->task_count));
  const absl::Duration timeout = TaskTimeout(state, job, pass.stage);
  const absl::Duration learned = TaskDuration(job.stages[pass.stage], pass);
  if (learned <= absl::ZeroDuration()) return tasks * timeout + state.options.lease_grace;
  return timeout + kTimesPredicted * tasks * learned + state.options.lease_grace;
}

void ExpireLeases(Transaction& tx) {
  std::vector<std::pair<std::string, int>> silent;
  for (const auto& [name, worker] : tx.state.cluster.workers()) {
    if (!worker.session) continue;  // away: judged by its heartbeats
    for (int i = 0; i < static_cast<int>(worker.slots.size()); ++i) {
      const Slot& slot = worker.slots[i];
      if (slot.leases > 0 && tx.now - slot.progress > tx.state.options.lease_grace) silent.emplace_back(name, i);
    }
  }
  for (const auto& [name, slot] : silent) {
    const Worker& worker = *tx.state.cluster.Find(name);
    const std::vector<HeldLease> held = HeldLeases(tx.state, worker)[slot];
    const absl::Duration limit = LimitOf(tx.state, held);
    if (!held.empty() && tx.now - worker.slots[slot].progress > limit) Expire(tx, name, slot, held, limit);
  }
}

}  // namespace mote::coordinator
