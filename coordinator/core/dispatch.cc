#include "coordinator/core/dispatch.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "coordinator/core/policy.h"

namespace mote::coordinator {
namespace {

// Only so many jobs are weighed against each other at a time.
constexpr int kJobsConsidered = 64;
// W: blocks are offered lowest first inside a window of so many smallest blocks.
constexpr int64_t kWindowBlocksMin = 64;

struct Candidate {
  Job* job = nullptr;
  Pass* pass = nullptr;
  Block block;
};

// Jobs that no open slot may run must not crowd out the others.
bool FitsAnOpenSlot(const State& state, const Job& job) {
  for (const OpenSlot& open : state.cluster.open_slots()) {
    const Worker& worker = *state.cluster.Find(open.worker);
    for (const auto& [id, pass] : job.passes) {
      if (pass.blocks.pending() > 0 && MayRun(job, pass, worker, worker.slots[open.slot])) return true;
    }
  }
  return false;
}

std::vector<JobDemand> JobsInOrder(const State& state) {
  std::vector<JobDemand> jobs;
  const bool crowded = state.runnable.size() > kJobsConsidered;
  for (const auto& [key, id] : state.runnable) {
    if (jobs.size() >= kJobsConsidered) break;
    const Job& job = *state.FindJob(id);
    if (crowded && !FitsAnOpenSlot(state, job)) continue;
    const auto used = state.tenant_device_time.find(job.admitted.spec.tenant);
    jobs.push_back(
        {id, job.admitted.spec.priority, used == state.tenant_device_time.end() ? absl::ZeroDuration() : used->second});
  }
  state.options.policy->OrderJobs(jobs);
  return jobs;
}

// Learned mean of a task of this pass, or of its kernel in the stage's passes before.
absl::Duration TaskDuration(const StageRun& stage, const Pass& pass) {
  if (pass.cost.tasks > 0) return absl::Nanoseconds(pass.cost.mean_task_ns());
  const auto known = stage.kernel_duration.find(pass.spec->kernel);
  return known == stage.kernel_duration.end() ? absl::ZeroDuration() : known->second;
}

std::optional<Block> BlockFor(const State& state, const StageRun& stage, const Pass& pass, const OpenSlot& slot,
                              absl::Time now) {
  if (pass.blocks.pending() == 0) return std::nullopt;
  const int64_t slots = std::max<int64_t>(1, state.cluster.ready_slots());
  const absl::Duration task = TaskDuration(stage, pass);
  const int level = state.options.policy->BlockLevel({pass.blocks.pending(), slots, task});
  if (slot.leases > 0) {
    const absl::Duration block = task * static_cast<double>(int64_t{1} << std::min(level, 40));
    if (slot.leases >= state.options.policy->LeasesPerSlot(block)) return std::nullopt;
  }
  const int64_t window = std::max(kWindowBlocksMin, 8 * slots);
  const int64_t first = pass.blocks.first_unsettled();
  const int64_t span = window << std::min(level, 40);
  const int64_t end =
      span > std::numeric_limits<int64_t>::max() - first ? std::numeric_limits<int64_t>::max() : first + span;
  return pass.blocks.Next(now, level, end);
}

std::optional<Candidate> Choose(const State& state, const std::vector<JobDemand>& jobs, const OpenSlot& open,
                                absl::Time now) {
  const Worker& worker = *state.cluster.Find(open.worker);
  for (const JobDemand& demand : jobs) {
    Job* job = const_cast<State&>(state).FindJob(demand.job);
    // Folding first: it makes room where partials lie.
    for (const bool fold_tasks : {true, false}) {
      for (auto& [id, pass] : job->passes) {
        if (pass.folds.has_value() != fold_tasks) continue;
        if (!MayRun(*job, pass, worker, worker.slots[open.slot])) continue;
        if (std::optional<Block> block = BlockFor(state, job->stages[pass.stage], pass, open, now))
          return Candidate{job, &pass, *block};
      }
    }
  }
  return std::nullopt;
}

void Grant(Transaction& tx, const OpenSlot& open, const Candidate& chosen) {
  Job& job = *chosen.job;
  Pass& pass = *chosen.pass;
  Worker& worker = *tx.state.cluster.Find(open.worker);
  const std::string& numeric_class = worker.slots[open.slot].numeric_class;
  if (pass.spec->numeric && job.stages[pass.stage].numeric_class.empty()) {
    tx.Emit(StageBound{job.id, pass.stage, numeric_class});
  }
  const LeaseToken token{tx.state.epoch, job.id, pass.id, chosen.block, pass.next_attempt};
  tx.EmitOf(pass, LeaseGranted{token, worker.name, open.slot, tx.now});
  const bool known = !worker.known_passes.insert(pass.id).second;
  tx.Send(SendLease{*worker.session, token, open.slot, known ? nullptr : pass.spec,
                    TaskTimeout(tx.state, job, pass.stage), pass.is_volatile});
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
  if (tx.state.runnable.empty()) return;
  const Cluster& cluster = tx.state.cluster;
  // Slots with the fewest leases come first; a slot that nothing fits is passed by.
  std::optional<OpenSlot> passed;
  std::vector<JobDemand> jobs = JobsInOrder(tx.state);
  while (!tx.state.runnable.empty()) {
    auto open = passed ? cluster.open_slots().upper_bound(*passed) : cluster.open_slots().begin();
    if (open == cluster.open_slots().end()) return;
    const OpenSlot slot = *open;
    const std::optional<Candidate> chosen = Choose(tx.state, jobs, slot, tx.now);
    if (!chosen) {
      passed = slot;
      continue;
    }
    Grant(tx, slot, *chosen);
  }
}

}  // namespace mote::coordinator
