#include "coordinator/core/exclusion.h"

#include <algorithm>

#include "common/planted.h"
#include "coordinator/core/capable.h"

namespace mote::coordinator {
namespace {

// More jobs than this are not looked at to find one that cannot run.
constexpr int kJobsSearched = 64;

void ForgiveOther(State& state, const Faults& earlier) {
  Worker* worker = state.cluster.Find(earlier.worker);
  if (worker == nullptr || earlier.slot < 0 || earlier.slot >= static_cast<int>(worker->slots.size())) return;
  worker->slots[earlier.slot].health.Forgive();
}

// What waits for a slot and has no other one gets the one that comes back soonest.
void ReadmitTheLast(State& state, const Job& job, const Pass& pass) {
  Worker* last = nullptr;
  int last_slot = 0;
  for (const auto& [name, worker] : state.cluster.workers()) {
    if (!worker.session || worker.draining || !state.cluster.DistrustOf(name).empty()) continue;
    for (int i = 0; i < static_cast<int>(worker.slots.size()); ++i) {
      const Slot& slot = worker.slots[i];
      if (!slot.health.excluded || !slot.ready || !MayRun(job, pass, worker, slot)) continue;
      if (last != nullptr && last->slots[last_slot].health.excluded_until <= slot.health.excluded_until) continue;
      last = state.cluster.Find(name);
      last_slot = i;
    }
  }
  if (last == nullptr) return;
  state.cluster.Readmit(*last, last_slot);
  last->slots[last_slot].health.last_resort = true;
}

void ReadmitWhereNobodyElseCan(State& state) {
  const auto any = [](JobId) { return true; };
  for (const JobId id : state.runnable.Front(kJobsSearched, state.tenant_device_time, any)) {
    const Job& job = *state.FindJob(id);
    for (const auto& [pass_id, pass] : job.passes) {
      const bool wanted = pass.blocks.pending() + pass.blocks.awaited() > 0;
      if (wanted && !AnyOpenSlotMayRun(state, job, pass)) ReadmitTheLast(state, job, pass);
    }
  }
}

}  // namespace

void PraiseSlot(State& state, Worker& worker, int slot, JobId job, const Pass& pass) {
  ++state.cluster.OutcomesOf(job, pass.spec->kernel).commits;
  state.cluster.ForgiveLosses(worker.name);
  if (slot < static_cast<int>(worker.slots.size())) worker.slots[slot].health = {};
}

void BlameSlot(Transaction& tx, const Attempt& attempt, const Job& job, const Pass& pass, Block blamed,
               const Failure& failure) {
  // A lost worker is gone, and a block that was given back was not tried.
  if (failure.kind == FaultKind::kLostWorker || failure.kind == FaultKind::kGivenBack) return;
  Worker* worker = tx.state.cluster.Find(attempt.worker);
  if (worker == nullptr || attempt.slot >= static_cast<int>(worker->slots.size())) return;
  Outcomes& all = tx.state.cluster.OutcomesOf(job.id, pass.spec->kernel);
  ++all.failures;
  if (const auto earlier = pass.faults.find(blamed);
      earlier != pass.faults.end() &&
      (earlier->second.worker != attempt.worker || earlier->second.slot != attempt.slot)) {
    return ForgiveOther(tx.state, earlier->second);
  }
  SlotHealth& health = worker->slots[attempt.slot].health;
  if (health.excluded) return;  // what it still held
  health.AddFailure({job.id, pass.spec->kernel}, all, failure.message);
  if (!health.on_probation() && !health.IsWorseThanOthers(all)) return;
  health.last_resort =
      !AnyOpenSlotMayRun(tx.state, job, pass, {attempt.worker, attempt.slot}) && !MOTE_PLANTED(kLastWorkerExcluded);
  if (!health.last_resort) tx.state.cluster.Exclude(*worker, attempt.slot, tx.now);
}

void ReviewExclusions(Transaction& tx) {
  bool any = false;
  for (const auto& [name, worker] : tx.state.cluster.workers()) {
    for (int i = 0; i < static_cast<int>(worker.slots.size()); ++i) {
      const SlotHealth& health = worker.slots[i].health;
      if (!health.excluded) continue;
      any = any || health.excluded_until > tx.now;
      if (health.excluded_until <= tx.now) tx.state.cluster.Readmit(*tx.state.cluster.Find(name), i);
    }
  }
  if (any && !MOTE_PLANTED(kLastWorkerExcluded)) ReadmitWhereNobodyElseCan(tx.state);
}

}  // namespace mote::coordinator
