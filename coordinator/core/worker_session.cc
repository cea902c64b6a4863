#include "coordinator/core/worker_session.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/session_limits.h"
#include "coordinator/core/budget.h"
#include "coordinator/core/entry_of.h"
#include "coordinator/core/estimate.h"
#include "coordinator/core/heartbeat.h"
#include "coordinator/core/held_leases.h"
#include "coordinator/core/output_loss.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/read_log.h"
#include "coordinator/core/retry.h"

namespace mote::coordinator {
namespace {

// Reasons are for people: a few lines.
std::string Shortened(std::string reason) {
  constexpr size_t kReasonMax = 1 << 10;
  if (reason.size() > kReasonMax) reason.resize(kReasonMax);
  return reason;
}

// Leases that the worker still holds go on, under this epoch; it keeps the definitions
// of their passes.
std::vector<KeptLease> KeepHeld(Transaction& tx, Worker& worker, const std::vector<LeaseToken>& held) {
  std::vector<KeptLease> kept;
  std::set<PassId>& known = worker.known_passes;
  for (const LeaseToken& token : held) {
    Pass* pass = tx.state.FindPass(token.job, token.pass);
    if (pass == nullptr || pass->blocks.Find(token) == nullptr || !worker.leases.contains(token)) continue;
    LeaseToken current = token;
    if (token.epoch != tx.state.epoch) {
      current.epoch = tx.state.epoch;
      tx.EmitOf(*pass, LeaseReissued{token, tx.state.epoch});
    }
    kept.push_back({token, current});
    known.insert(token.pass);
  }
  return kept;
}

// Slot time of the worker's leases. Of a slot's leases only the first was being run.
std::map<LeaseToken, absl::Duration> SpentByEach(const State& state, const Worker& worker, absl::Time now) {
  std::map<LeaseToken, absl::Duration> spent;
  for (const auto& [slot, leases] : HeldLeases(state, worker)) {
    spent[leases.front().token] = SpentBy(state, leases.front().attempt, now);
  }
  return spent;
}

// How often this worker is to come from now on; zero is kept where that is the shortest.
absl::Duration TellInterval(const State& state, Worker& worker) {
  const absl::Duration interval = HeartbeatInterval(state);
  worker.heartbeat_interval = interval > state.options.heartbeat_interval ? interval : absl::ZeroDuration();
  return interval;
}

}  // namespace

void Decide(Transaction& tx, const WorkerHello& hello) {
  if (hello.worker.empty() || hello.slots.empty() || hello.slots.size() > kSlotsMax) {
    return tx.Send(CloseSession{hello.session, absl::InvalidArgumentError(absl::StrCat(
                                                   "Hello of worker \"", hello.worker, "\" with ", hello.slots.size(),
                                                   " slots; a name and 1 to ", kSlotsMax, " slots are needed"))});
  }
  if (const Worker* known = tx.state.cluster.Find(hello.worker); known != nullptr && known->session) {
    tx.Send(CloseSession{*known->session, absl::AlreadyExistsError(absl::StrCat("a newer session of worker \"",
                                                                                hello.worker, "\" took over"))});
  }
  Worker& worker = tx.state.cluster.Join(hello, tx.now);
  std::vector<KeptLease> kept = KeepHeld(tx, worker, hello.held);
  std::set<LeaseToken> kept_tokens;
  for (const KeptLease& lease : kept) kept_tokens.insert(lease.token);
  std::vector<LeaseToken> lost = TokensOf(worker);
  std::erase_if(lost, [&](const LeaseToken& token) { return kept_tokens.contains(token); });
  for (const KeptLease& lease : kept)
    worker.holding.insert(TreeOf(*tx.state.FindPass(lease.token.job, lease.token.pass)));
  std::vector<PassId> over = PassesOver(tx.state, hello.holding);
  const absl::Duration interval = TellInterval(tx.state, worker);
  tx.Send(SendWelcome{hello.session, tx.state.epoch, interval, std::move(kept), std::move(over)});
  if (worker.draining) tx.Send(SendDrain{hello.session});
  FailLeases(tx, hello.worker, lost, FaultKind::kLostWorker,
             absl::StrCat("worker ", hello.worker, " came back without the lease"));
  LoseOutputsOf(tx, hello.worker, {hello.holding.begin(), hello.holding.end()});
}

void Decide(Transaction& tx, const WorkerHeartbeat& heartbeat) {
  Worker* worker = tx.state.cluster.FindSession(heartbeat.session);
  if (worker == nullptr) return;
  worker->last_heard = tx.now;
  tx.Send(SendHeartbeatAck{heartbeat.session, heartbeat.sequence, TellInterval(tx.state, *worker)});
}

void Decide(Transaction& tx, const WorkerSlotState& state) {
  Worker* worker = tx.state.cluster.FindSession(state.session);
  if (worker == nullptr) return;
  worker->last_heard = tx.now;
  if (state.slot < 0 || state.slot >= static_cast<int>(worker->slots.size())) {
    return RefuseSession(
        tx, *worker,
        absl::InvalidArgumentError(absl::StrCat("slot ", state.slot, " of worker \"", worker->name,
                                                "\" does not exist; Hello named ", worker->slots.size(), " slots")));
  }
  tx.state.cluster.SetReady(*worker, state.slot, state.ready, Shortened(state.reason));
}

void Decide(Transaction& tx, const WorkerDraining& draining) {
  Worker* worker = tx.state.cluster.FindSession(draining.session);
  if (worker == nullptr) return;
  worker->last_heard = tx.now;
  tx.state.cluster.SetDraining(*worker);
}

void Decide(Transaction& tx, const WorkerGoodbye& goodbye) {
  Worker* worker = tx.state.cluster.FindSession(goodbye.session);
  if (worker == nullptr) return;
  const std::string name = worker->name;
  LoseWorker(tx, name, FaultKind::kGivenBack, absl::StrCat("worker ", name, " said goodbye"));
}

void Decide(Transaction& tx, const SessionClosed& closed) {
  // Its leases live on until the heartbeat limit: a worker that only lost its
  // connection comes back with them.
  tx.state.cluster.Disconnect(closed.session, tx.now);
  FailLogReads(tx, closed.session);
}

void Decide(Transaction& tx, const LeaseRefused& refused) {
  const LeaseToken& token = refused.token;
  const Pass* pass = tx.state.FindPass(token.job, token.pass);
  if (pass == nullptr || pass->blocks.Find(token) == nullptr) return;
  const Job& job = *tx.state.FindJob(token.job);
  JobFailure failure{job.stage_name(pass->stage), pass->id, token.block.range(pass->spec->task_count), {}};
  failure.failure.message = refused.why;
  EndJob(tx, token.job, JobState::kFailed, std::move(failure));
}

void RefuseSession(Transaction& tx, const Worker& worker, const absl::Status& why) {
  if (worker.session) tx.Send(CloseSession{*worker.session, why});
  const std::string name = worker.name;
  LoseWorker(tx, name, FaultKind::kLostWorker,
             absl::StrCat("worker ", name, " broke the protocol: ", std::string(why.message())));
}

void LoseWorker(Transaction& tx, const std::string& name, FaultKind kind, const std::string& why) {
  const Worker* worker = tx.state.cluster.Find(name);
  if (worker == nullptr) return;
  if (kind == FaultKind::kLostWorker && !worker->leases.empty()) tx.state.cluster.NoteLoss(name, why);
  FailLeases(tx, name, TokensOf(*worker), kind, why);
  LoseOutputsOf(tx, name);
  tx.state.cluster.Remove(name);
}

std::vector<LeaseToken> TokensOf(const Worker& worker) {
  std::vector<LeaseToken> tokens;
  for (const auto& [token, slot] : worker.leases) tokens.push_back(token);
  return tokens;
}

void FailLeases(Transaction& tx, const std::string& worker, const std::vector<LeaseToken>& tokens, FaultKind kind,
                const std::string& why) {
  std::map<LeaseToken, absl::Duration> spent;
  std::map<LeaseToken, int> slots;
  if (const Worker* holder = tx.state.cluster.Find(worker)) {
    spent = SpentByEach(tx.state, *holder, tx.now);
    slots = holder->leases;
  }
  for (const LeaseToken& token : tokens) {
    Pass* pass = tx.state.FindPass(token.job, token.pass);
    if (pass == nullptr || pass->blocks.Find(token) == nullptr) {
      tx.state.cluster.RemoveLease(token, worker);
      continue;
    }
    if (spent[token] > absl::ZeroDuration()) {
      tx.Send(RecordAttempt{EntryOfLost(tx, token, worker, slots[token], spent[token])});
    }
    OnFailure(tx, token, token.block.begin(), Failure{kind, -1, why, "", worker}, spent[token]);
    AdvanceJob(tx, token.job, token.pass);
    EndIfBudgetIsUsed(tx, token.job);
  }
}

}  // namespace mote::coordinator
