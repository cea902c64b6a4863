#include "coordinator/core/straggler.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "common/planted.h"
#include "coordinator/core/dispatch.h"
#include "coordinator/core/entry_of.h"
#include "coordinator/core/estimate.h"
#include "coordinator/core/faults.h"
#include "coordinator/core/held_leases.h"
#include "coordinator/core/slot_speed.h"
#include "coordinator/core/verify.h"
#include "coordinator/core/worker_inputs.h"

namespace mote::coordinator {
namespace {

constexpr int kIdleSlotsPerLook = 64;
constexpr int kLeasesPerLook = 4096;
// What is over sooner is not worth another round trip.
constexpr absl::Duration kTakeBackMin = absl::Milliseconds(10);
constexpr absl::Duration kSplitMin = absl::Milliseconds(20);
constexpr absl::Duration kCopyMin = absl::Milliseconds(50);
// A worker answers Shorten after the task it is at; so long it is waited for.
constexpr absl::Duration kAnswerPatience = absl::Milliseconds(100);
// An engine's first block of a kernel also loads what the kernel needs (libraries, models).
constexpr absl::Duration kFirstBlockPatience = absl::Seconds(2);
// A copy must promise to be done in this part of the time that the original needs.
constexpr double kCopyGain = 2;

// A block, or one of its tasks, that failed by itself, or with so many workers that it is
// no coincidence: it is judged when its last attempt fails, and with a copy always live
// none would be the last.
bool IsSuspect(const StageSpec& stage, const Pass& pass, Block block) {
  const int lost_max = BlockFaultsMax(stage, FaultKind::kLostWorker);
  const auto speaks_against = [&](const Faults& faults) {
    return faults.charged > 0 || faults.unavailable > 0 || faults.lost >= lost_max;
  };
  if (const auto own = pass.faults.find(block); own != pass.faults.end() && speaks_against(own->second)) return true;
  const TaskRange range = block.range(pass.spec->task_count);
  const auto end = pass.faults.lower_bound({0, range.end});
  return std::any_of(pass.faults.lower_bound({0, range.begin}), end,
                     [&](const auto& entry) { return speaks_against(entry.second); });
}

class Relief {
 public:
  explicit Relief(Transaction& tx) : tx_(tx), idle_(tx.state.cluster.open_slots().Idle(kIdleSlotsPerLook)) {}

  bool done() const { return idle_.empty(); }

  // Relieves the slots of one worker. Returns how many leases were looked at.
  int Look(const Worker& worker);

 private:
  using Idle = std::vector<OpenSlot>::iterator;

  bool HasCopy(const HeldLease& held);
  void LookAtSlot(const Worker& worker, const std::vector<HeldLease>& queue);
  void TakeBack(const HeldLease& held);
  void Split(const Worker& worker, const HeldLease& held);
  void Copy(const Worker& worker, const HeldLease& held, Idle idle, absl::Duration remaining);
  // How long the slot's first lease will go on. nullopt: no task of its kind has ended
  // yet. A lease that is late already is taken to be halfway.
  std::optional<absl::Duration> Remaining(const Worker& worker, const HeldLease& held) const;
  // An idle slot that may run the lease's pass, on another worker than `except`.
  Idle IdleSlotFor(const HeldLease& held, const std::string* except);

  Transaction& tx_;
  std::vector<OpenSlot> idle_;  // not used by this look yet
};

int Relief::Look(const Worker& worker) {
  const int looked_at = static_cast<int>(worker.leases.size());
  for (const auto& [slot, queue] : HeldLeases(tx_.state, worker)) {
    if (done()) break;
    LookAtSlot(worker, queue);
  }
  return looked_at;
}

void Relief::LookAtSlot(const Worker& worker, const std::vector<HeldLease>& queue) {
  const HeldLease& first = queue.front();
  const absl::Duration elapsed = tx_.now - HeldSince(worker, first.attempt);
  const std::optional<absl::Duration> remaining = Remaining(worker, first);
  const absl::Duration wait = remaining.value_or(elapsed);
  for (size_t i = queue.size(); i-- > 1 && wait >= kTakeBackMin;) {
    const Idle idle = IdleSlotFor(queue[i], nullptr);
    if (idle == idle_.end() || HasCopy(queue[i])) continue;
    idle_.erase(idle);
    TakeBack(queue[i]);
  }
  if (!remaining || HasCopy(first)) return;
  const Job& job = *tx_.state.FindJob(first.token.job);
  const Pass& pass = *tx_.state.FindPass(first.token.job, first.token.pass);
  const bool divisible = first.token.block.size(pass.spec->task_count) > 1 && !IsVerified(job, pass, first.token.block);
  const auto asked = worker.shortened.find(first.token);
  if (divisible && asked == worker.shortened.end()) {
    const absl::Duration task = TaskDuration(job.stages[pass.stage], pass);
    const Idle idle = IdleSlotFor(first, nullptr);
    if (idle == idle_.end() || *remaining < std::max(kSplitMin, 2 * task)) return;
    idle_.erase(idle);
    return Split(worker, first);
  }
  if (divisible && tx_.now - asked->second < kAnswerPatience) return;
  if (IsSuspect(job.admitted.stages[pass.stage].spec, pass, first.token.block)) return;
  if (const Idle idle = IdleSlotFor(first, &worker.name); idle != idle_.end()) Copy(worker, first, idle, *remaining);
}

bool Relief::HasCopy(const HeldLease& held) {
  return tx_.state.FindPass(held.token.job, held.token.pass)->blocks.Find(held.token)->attempts.size() > 1;
}

std::optional<absl::Duration> Relief::Remaining(const Worker& worker, const HeldLease& held) const {
  const Job& job = *tx_.state.FindJob(held.token.job);
  const Pass& pass = *tx_.state.FindPass(held.token.job, held.token.pass);
  const absl::Duration task = TaskDuration(job.stages[pass.stage], pass);
  if (task <= absl::ZeroDuration()) return std::nullopt;
  const double tasks = static_cast<double>(held.token.block.size(pass.spec->task_count));
  const absl::Duration expected =
      task * tasks * RelativeDuration(tx_.state, job.stages[pass.stage], pass, worker, held.attempt.slot);
  const absl::Duration elapsed = tx_.now - HeldSince(worker, held.attempt);
  return elapsed <= expected ? expected - elapsed : elapsed;
}

Relief::Idle Relief::IdleSlotFor(const HeldLease& held, const std::string* except) {
  const Job& job = *tx_.state.FindJob(held.token.job);
  const Pass& pass = *tx_.state.FindPass(held.token.job, held.token.pass);
  return std::find_if(idle_.begin(), idle_.end(), [&](const OpenSlot& open) {
    const Worker& worker = *tx_.state.cluster.Find(open.worker);
    return (except == nullptr || worker.name != *except) && MayRun(job, pass, worker, worker.slots[open.slot]) &&
           InputsAllow(tx_.state, job, pass, worker, tx_.now);
  });
}

void Relief::TakeBack(const HeldLease& held) {
  tx_.Revoke(held.token.job, held.token.pass, held.token.block, held.attempt);
  tx_.EmitOf(*tx_.state.FindPass(held.token.job, held.token.pass), AttemptRevoked{held.token});
}

void Relief::Split(const Worker& worker, const HeldLease& held) {
  tx_.state.cluster.Find(worker.name)->shortened[held.token] = tx_.now;
  tx_.Send(SendShorten{*worker.session, held.token, held.token.block.begin()});
}

void Relief::Copy(const Worker& worker, const HeldLease& held, Idle idle, absl::Duration remaining) {
  Job& job = *tx_.state.FindJob(held.token.job);
  Pass& pass = *tx_.state.FindPass(held.token.job, held.token.pass);
  const double tasks = static_cast<double>(held.token.block.size(pass.spec->task_count));
  const StageRun& stage = job.stages[pass.stage];
  const double there = RelativeDuration(tx_.state, stage, pass, *tx_.state.cluster.Find(idle->worker), idle->slot);
  const absl::Duration copy = TaskDuration(stage, pass) * tasks * there;
  if (remaining < std::max(kCopyMin, kCopyGain * copy)) return;
  const absl::Duration elapsed = tx_.now - HeldSince(worker, held.attempt);
  const bool loaded = worker.slots[held.attempt.slot].kernels.contains(pass.spec->kernel);
  if (!loaded && elapsed < kFirstBlockPatience) return;
  // Tasks of unequal length are no stragglers.
  const absl::Duration usual = absl::Nanoseconds(pass.cost.task_ns.Quantile(0.95)) * tasks;
  const bool known_slow = RelativeDuration(tx_.state, stage, pass, worker, held.attempt.slot) >= kCopyGain;
  if (!known_slow && elapsed < usual) return;
  const OpenSlot open = *idle;
  idle_.erase(idle);
  GrantLease(tx_, open, job, pass, held.token.block);
}

}  // namespace

absl::Duration RevokeRivals(Transaction& tx, const LeaseToken& token) {
  absl::Duration spent;
  const LeasedBlock& leased = *tx.state.FindPass(token.job, token.pass)->blocks.Find(token);
  for (const Attempt& attempt : leased.attempts) {
    if (attempt.number == token.attempt || MOTE_PLANTED(kTwoAttemptsCommit)) continue;
    const absl::Duration lost = SpentBy(tx.state, attempt, tx.now);
    if (lost > absl::ZeroDuration()) {
      const LeaseToken rival = TokenOf(token.job, token.pass, token.block, attempt);
      tx.Send(RecordAttempt{EntryOfLost(tx, rival, attempt.worker, attempt.slot, lost)});
    }
    tx.Revoke(token.job, token.pass, token.block, attempt);
    spent += lost;
  }
  return spent;
}

void RelieveStragglers(Transaction& tx) {
  Relief relief(tx);
  if (relief.done()) return;
  const std::map<std::string, Worker>& workers = tx.state.cluster.workers();
  int looked_at = 0;
  auto next = workers.lower_bound(tx.state.straggler_cursor);
  for (size_t seen = 0; seen < workers.size() && !relief.done() && looked_at < kLeasesPerLook; ++seen) {
    if (next == workers.end()) next = workers.begin();
    if (next->second.session) looked_at += relief.Look(next->second);
    ++next;
  }
  tx.state.straggler_cursor = next == workers.end() ? "" : next->first;
}

}  // namespace mote::coordinator
