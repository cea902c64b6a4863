#include "coordinator/core/state.h"

#include <algorithm>

#include "common/json.h"

namespace mote::coordinator {

Pass::Pass(PassId pass_id, int stage_index, PassSpec pass_spec, bool volatile_pass)
    : id(pass_id),
      stage(stage_index),
      is_volatile(volatile_pass),
      spec(std::make_shared<const PassSpec>(std::move(pass_spec))),
      blocks(spec->task_count),
      fold(spec->task_count) {
  absl::StatusOr<Json> parameters = ParseJson(spec->reducer_parameters);
  if (!parameters.ok()) {
    broken = parameters.status();
    return;
  }
  absl::StatusOr<std::unique_ptr<Reducer>> made = MakeReducer(spec->reducer, *parameters);
  if (made.ok()) {
    reducer = *std::move(made);
  } else {
    broken = made.status();
  }
}

Job* State::FindJob(JobId id) {
  auto found = jobs.find(id);
  return found == jobs.end() ? nullptr : found->second.get();
}
const Job* State::FindJob(JobId id) const { return const_cast<State*>(this)->FindJob(id); }

Pass* State::FindPass(JobId job_id, PassId pass_id) {
  Job* job = FindJob(job_id);
  if (job == nullptr) return nullptr;
  auto found = job->passes.find(pass_id);
  return found == job->passes.end() ? nullptr : &found->second;
}

namespace {

// What a lease under way will have cost, as far as is known: blocks of short tasks are
// made about so long.
absl::Duration LeaseCost(const StageRun& stage, const Pass& pass) {
  constexpr absl::Duration kBlock = absl::Milliseconds(100);
  const auto task = stage.kernel_duration.find(pass.spec->kernel);
  return task == stage.kernel_duration.end() ? kBlock : std::max(kBlock, task->second);
}

}  // namespace

void UpdateRunnable(State& state, Job& job, bool is_restored) {
  bool runnable = false;
  absl::Duration under_way;
  for (const auto& [id, pass] : job.passes) {
    runnable = runnable || pass.blocks.pending() + pass.blocks.awaited() > 0;
    if (pass.blocks.leases().empty()) continue;
    under_way += static_cast<double>(pass.blocks.leases().size()) * LeaseCost(job.stages[pass.stage], pass);
  }
  if (IsTerminal(job.state) || !runnable) return state.runnable.Erase(job.id);
  const JobSpec& spec = job.admitted.spec;
  if (!is_restored && !state.runnable.Contains(job.id)) {
    job.share = std::max(job.share, state.runnable.LeastShare(spec.priority, spec.tenant));
  }
  state.runnable.Put(job.id, spec.priority, spec.tenant, job.share + under_way);
}

bool MayRun(const Job& job, const Pass& pass, const Worker& worker, const Slot& slot) {
  const OperationDescription& operation = job.admitted.stages[pass.stage].planner->description();
  if (operation.is_command && !worker.allow_commands) return false;
  if (operation.is_test && !worker.allow_test_operations) return false;
  const std::string& bound = job.stages[pass.stage].numeric_class;
  return !pass.spec->numeric || bound.empty() || bound == slot.numeric_class;
}

}  // namespace mote::coordinator
