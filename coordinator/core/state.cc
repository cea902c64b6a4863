#include "coordinator/core/state.h"

#include <algorithm>

#include "common/json.h"
#include "common/status_macros.h"

namespace mote::coordinator {

Pass::Pass(PassId pass_id, int stage_index, PassSpec pass_spec, bool volatile_pass, SharedCount partial_bytes)
    : id(pass_id),
      stage(stage_index),
      is_volatile(volatile_pass),
      spec(std::make_shared<const PassSpec>(std::move(pass_spec))),
      blocks(spec->task_count),
      fold(spec->task_count, std::move(partial_bytes)) {
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

absl::Status Pass::Unfinish(Block block, BlobSink& sink) {
  const int64_t task_count = spec->task_count;
  MOTE_RETURN_IF_ERROR(fold.Remove(block));
  int64_t next = block.begin();
  const auto reopen = [&](int64_t end) {
    for (const Block& piece : CanonicalNodes({next, end}, task_count)) blocks.Unsettle(piece);
  };
  for (auto at = absent.lower_bound(next); at != absent.end() && *at < block.end(task_count); ++at) {
    reopen(*at);
    next = *at + 1;
    MOTE_RETURN_IF_ERROR(fold.Insert({{0, *at}, std::nullopt}, *reducer, sink));
  }
  reopen(block.end(task_count));
  return absl::OkStatus();
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

std::vector<PassId> ReadersOf(const Pass& pass, const std::vector<Block>& nodes) {
  std::vector<PassId> readers;
  for (const auto& [begin, folding] : pass.folding) {
    const int64_t end = folding.block.end(pass.spec->task_count);
    const bool reads = std::any_of(nodes.begin(), nodes.end(), [&, begin = begin](const Block& node) {
      return node.begin() < end && node.end(pass.spec->task_count) > begin;
    });
    if (reads) readers.push_back(folding.pass);
  }
  if (pass.finished_by && !nodes.empty()) readers.push_back(*pass.finished_by);
  return readers;
}

bool ReadsShared(const Job& job) {
  const std::vector<InputSpec>& inputs = job.admitted.spec.inputs;
  return std::any_of(inputs.begin(), inputs.end(), [](const InputSpec& input) { return input.shared; });
}

bool HasPinnedRows(const Job& job) {
  const std::vector<InputSpec>& inputs = job.admitted.spec.inputs;
  return std::any_of(inputs.begin(), inputs.end(), [](const InputSpec& input) { return !input.sites.empty(); });
}

namespace {

// By what the job tells slots apart that are alike to others.
void TellApart(State& state, const Job& job, int by) {
  std::set<std::string> workers, label_keys;
  for (const InputSpec& input : job.admitted.spec.inputs) {
    for (const auto& [worker, path] : input.sites) workers.insert(worker);
  }
  for (const AdmittedStage& stage : job.admitted.stages) {
    for (const auto& [key, value] : stage.spec.resources.labels) label_keys.insert(key);
  }
  if (!workers.empty() || !label_keys.empty()) state.cluster.TellApart(workers, label_keys, by);
}

}  // namespace

bool IsYoung(const State& state, absl::Time now) { return now < state.reconnect_until + state.options.young_epoch; }

void AddActive(State& state, const Job& job) {
  if (!state.active.insert(job.id).second) return;
  if (HasPinnedRows(job)) state.pinned[job.id];
  TellApart(state, job, 1);
}

void EraseActive(State& state, const Job& job) {
  if (state.active.erase(job.id) == 0) return;
  state.pinned.erase(job.id);
  TellApart(state, job, -1);
}

const std::string& NumericClassOf(const StageRun& stage, const Pass& pass) {
  static const auto* const none = new std::string();
  if (pass.spec->worker.empty()) return stage.numeric_class;
  const auto found = stage.site_classes.find(pass.spec->worker);
  return found == stage.site_classes.end() ? *none : found->second;
}

bool MayRun(const Job& job, const Pass& pass, const Worker& worker, const Slot& slot) {
  if (!pass.spec->worker.empty() && pass.spec->worker != worker.name) return false;
  const OperationDescription& operation = job.admitted.stages[pass.stage].planner->description();
  if (operation.is_command && !worker.allow_commands) return false;
  if (operation.is_test && !worker.allow_test_operations) return false;
  if (!worker.reads_shared && ReadsShared(job)) return false;
  const StageSpec& stage = job.admitted.stages[pass.stage].spec;
  const Resources& wanted = stage.resources;
  if (!wanted.FitSlot(slot.device, slot.memory_bytes) || !wanted.FitLabels(worker.labels)) return false;
  if (stage.mixed_numerics) return true;
  const std::string& bound = NumericClassOf(job.stages[pass.stage], pass);
  return !pass.spec->numeric || bound.empty() || bound == slot.numeric_class;
}

}  // namespace mote::coordinator
