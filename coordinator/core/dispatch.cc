#include "coordinator/core/dispatch.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "coordinator/core/capable.h"
#include "coordinator/core/estimate.h"
#include "coordinator/core/policy.h"
#include "coordinator/core/slot_speed.h"
#include "coordinator/core/stage_order.h"
#include "coordinator/core/verify.h"
#include "coordinator/core/worker_inputs.h"

namespace mote::coordinator {
namespace {

// Only so many jobs are weighed against each other at a time.
constexpr int kJobsConsidered = 64;
// W: blocks are offered lowest first inside a window of so many smallest blocks.
constexpr int64_t kWindowBlocksMin = 64;
// Blocks to be verified are not queued behind more leases than this.
constexpr int kHeldLeasesMax = 2;
// Slots that take so many times longer than the mean are kept out of a pass's end.
constexpr double kSlow = 1.5;

struct Offer {
  OpenSlot slot;
  const OpenSlots::Kind* kind = nullptr;
};

struct Candidate {
  Job* job = nullptr;
  Pass* pass = nullptr;
  Block block;
};

// Jobs that no open slot may run must not crowd out the others.
bool FitsAnOpenSlot(const State& state, const Job& job) {
  for (const auto& [id, pass] : job.passes) {
    if (pass.blocks.pending() + pass.blocks.awaited() > 0 && AnyOpenSlotMayRun(state, job, pass)) return true;
  }
  return false;
}

std::vector<JobDemand> JobsInOrder(const State& state) {
  const bool crowded = state.runnable.size() > kJobsConsidered;
  const auto fits = [&](JobId id) { return !crowded || FitsAnOpenSlot(state, *state.FindJob(id)); };
  std::vector<JobDemand> jobs;
  for (const JobId id : state.runnable.Front(kJobsConsidered, state.tenant_device_time, fits)) {
    const Job& job = *state.FindJob(id);
    const auto used = state.tenant_device_time.find(job.admitted.spec.tenant);
    jobs.push_back(
        {id, job.admitted.spec.priority, used == state.tenant_device_time.end() ? absl::ZeroDuration() : used->second});
  }
  state.options.policy->OrderJobs(jobs);
  return jobs;
}

// Whether a returned block may go to this slot again: not to the one that has just
// failed it, while there are others.
bool MayRetry(const State& state, const Job& job, const Pass& pass, const OpenSlot& slot, Block block, absl::Time now) {
  if (pass.faults.empty() || state.cluster.ready_slots() < 2) return true;
  const auto faults = pass.faults.find(block);
  if (faults == pass.faults.end() || !faults->second.Avoids(slot.worker, slot.slot, now)) return true;
  return !AnyOpenSlotMayRun(state, job, pass, {slot.worker, slot.slot});
}

// Slots are offered twice: slow ones are held back at first, and then take what nobody
// works on, since better a slow slot than none.
struct Round {
  bool last = false;
  bool held_back = false;  // a slot was
  // Of the slot that is offered: something was kept from it for what it alone is or has
  // done. Else what it is refused, so are all of its kind that have as many leases or more.
  bool is_own = false;
  std::map<JobId, PassOrder> passes;  // of jobs that were considered
};

// A slow slot would hold up the end of the pass: what is left takes all slots together less
// time than this block takes there. A last task that it does not get, another slot does after
// its own, so that it takes two. `block`: over the mean task.
bool WouldStraggle(const Pass& pass, int64_t slots, double slowness, double block) {
  if (slowness < kSlow) return false;
  const int64_t left = pass.blocks.pending() + pass.blocks.leased();
  const double rest = left <= slots ? 2 : static_cast<double>(left) / static_cast<double>(slots);
  return block > rest;
}

// How large a block of the pass may be for a slot that is so slow.
int LevelOf(const State& state, const Job& job, const Pass& pass, int64_t slots, absl::Duration task, double slowness) {
  // A slow slot's even share is smaller, and so is the block that lasts as long. A little
  // slowness is noise, and would halve blocks, whose sizes are powers of two.
  const auto pending = static_cast<double>(pass.blocks.pending());
  const auto share = static_cast<int64_t>(slowness < kSlow ? pending : pending / slowness);
  const int level = state.options.policy->BlockLevel({share, slots, task * slowness});
  const bool verifies = job.admitted.stages[pass.stage].spec.verify.runs() > 1;
  return verifies ? std::min(level, kVerifiedLevelMax) : level;
}

std::optional<Block> BlockFor(const State& state, const Job& job, const Pass& pass, const Offer& offer, absl::Time now,
                              Round& round) {
  const OpenSlot& slot = offer.slot;
  const bool on_probation = offer.kind->first.on_probation;
  if (pass.blocks.pending() == 0 || (on_probation && slot.leases > 0)) return std::nullopt;
  const int64_t slots = std::max<int64_t>(1, OpenSlotsFor(state, job, pass));
  const double slowness =
      std::max(1.0, RelativeDuration(state, job.stages[pass.stage], pass, SpeedOf(offer.kind->first)));
  const absl::Duration task = TaskDuration(job.stages[pass.stage], pass);
  const int level = LevelOf(state, job, pass, slots, task, slowness);
  const double block = slowness * static_cast<double>(int64_t{1} << std::min(level, 40));  // in mean tasks
  if (slot.leases > 0 && slot.leases >= state.options.policy->LeasesPerSlot(task * block)) return std::nullopt;
  const bool wanted = round.last && pass.blocks.leased() == 0;
  if (!wanted && WouldStraggle(pass, slots, slowness, block * (1 + slot.leases))) {
    round.held_back = true;
    return std::nullopt;
  }
  const int64_t window = std::max(kWindowBlocksMin, 8 * slots);
  const int64_t first = pass.blocks.first_unsettled();
  const int64_t span = window << std::min(level, 40);
  const int64_t end =
      span > std::numeric_limits<int64_t>::max() - first ? std::numeric_limits<int64_t>::max() : first + span;
  // A probe is one task, from the same window as the blocks of the others.
  return pass.blocks.Next(now, on_probation ? 0 : level, end, [&](Block block) {
    const bool may_retry = MayRetry(state, job, pass, slot, block, now);
    round.is_own = round.is_own || !may_retry;
    return may_retry;
  });
}

std::optional<Candidate> Choose(const State& state, const std::vector<JobDemand>& jobs, const Offer& offer,
                                absl::Time now, Round& round) {
  const OpenSlot& open = offer.slot;
  const Worker& worker = *state.cluster.Find(open.worker);
  round.is_own = false;
  for (const JobDemand& demand : jobs) {
    Job* job = const_cast<State&>(state).FindJob(demand.job);
    const auto [passes, is_new] = round.passes.try_emplace(demand.job);
    if (is_new) passes->second = PassesInOrder(*job, state.cluster.ready_slots());
    // Folding first: it makes room where partials lie.
    for (const bool fold_tasks : {true, false}) {
      for (Pass* const candidate : passes->second.passes) {
        Pass& pass = *candidate;
        if (pass.folds.has_value() != fold_tasks) continue;
        if (!MayRun(*job, pass, worker, worker.slots[open.slot])) continue;
        if (pass.blocks.pending() + pass.blocks.awaited() == 0) continue;
        if (!InputsAllow(state, *job, pass, worker, now)) {
          round.is_own = true;
          continue;
        }
        // Who may verify a block depends on who has run it.
        round.is_own = round.is_own || pass.blocks.awaited() > 0;
        std::optional<Block> block;
        const int held_max = offer.kind->first.on_probation ? 1 : kHeldLeasesMax;
        if (open.leases < held_max) block = HeldBlockFor(state, *job, pass, worker);
        if (!block) block = BlockFor(state, *job, pass, offer, now, round);
        if (block) return Candidate{job, &pass, *block};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

void GrantLease(Transaction& tx, const OpenSlot& open, Job& job, Pass& pass, Block block) {
  Worker& worker = *tx.state.cluster.Find(open.worker);
  if (open.leases == 0) worker.slots[open.slot].progress = tx.now;
  const std::string& numeric_class = worker.slots[open.slot].numeric_class;
  const bool is_mixed = job.admitted.stages[pass.stage].spec.mixed_numerics;
  if (pass.spec->numeric && !is_mixed && NumericClassOf(job.stages[pass.stage], pass).empty()) {
    tx.Emit(StageBound{job.id, pass.stage, numeric_class, pass.spec->worker});
  }
  const LeaseToken token{tx.state.epoch, job.id, pass.id, block, pass.next_attempt};
  tx.EmitOf(pass, LeaseGranted{token, worker.name, open.slot, tx.now});
  const bool known = !worker.known_passes.insert(pass.id).second;
  worker.holding.insert(TreeOf(pass));  // it may keep what it computes
  tx.Send(SendLease{*worker.session, token, open.slot, known ? nullptr : pass.spec,
                    TaskTimeout(tx.state, job, pass.stage), pass.is_volatile, TreeOf(pass),
                    LocationsOf(tx.state, job, pass)});
}

namespace {

// Slots with the fewest leases come first; a slot that nothing fits is passed by, and so
// are those like it, until a grant changes what they would be told.
void OfferSlots(Transaction& tx, Round& round) {
  const OpenSlots& open = tx.state.cluster.open_slots();
  std::vector<JobDemand> jobs;
  bool changed = true;  // after a grant the next slot may be another job's turn
  std::optional<OpenSlot> passed;
  std::vector<const OpenSlots::Kind*> refused;
  while (!tx.state.runnable.empty()) {
    Offer offer;
    const OpenSlot* const next = open.FirstAfter(passed ? &*passed : nullptr, refused, &offer.kind);
    if (next == nullptr) return;
    offer.slot = *next;
    // Not before there is a slot: 100,000 jobs may be queued.
    if (std::exchange(changed, false)) jobs = JobsInOrder(tx.state);
    const std::optional<Candidate> chosen = Choose(tx.state, jobs, offer, tx.now, round);
    if (!chosen) {
      passed = offer.slot;
      if (!round.is_own) refused.push_back(offer.kind);
      continue;
    }
    GrantLease(tx, offer.slot, *chosen->job, *chosen->pass, chosen->block);
    // The stage is tried now, if nothing was known of it.
    if (const auto order = round.passes.find(chosen->job->id); order->second.of_several_stages)
      round.passes.erase(order);
    refused.clear();
    changed = true;
  }
}

}  // namespace

absl::Duration TaskTimeout(const State& state, const Job& job, int stage) {
  const absl::Duration own = job.admitted.stages[stage].spec.timeout;
  if (own > absl::ZeroDuration()) return own;
  const Histogram& tasks = job.stages[stage].cost.cost.task_ns;
  if (tasks.count() == 0) return state.options.task_timeout_min;
  return std::max(state.options.task_timeout_min, 20 * absl::Nanoseconds(tasks.Quantile(0.99)));
}

void Dispatch(Transaction& tx) {
  if (tx.state.runnable.empty() || tx.state.disk_low) return;
  Round round;
  OfferSlots(tx, round);
  round.last = true;
  if (round.held_back) OfferSlots(tx, round);
}

}  // namespace mote::coordinator
