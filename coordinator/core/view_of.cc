#include "coordinator/core/view_of.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mote::coordinator {
namespace {

// Remaining busy time over the slots that are there: of the passes planned so far.
std::optional<absl::Duration> EtaOf(const State& state, const StageRun& run) {
  const int64_t slots = state.cluster.ready_slots();
  const int64_t remaining = run.tasks_total - run.tasks_committed;
  if (run.state != StageState::kRunning || run.tasks_committed == 0 || slots == 0) return std::nullopt;
  return run.cost.device_time / static_cast<double>(run.tasks_committed) * static_cast<double>(remaining) /
         static_cast<double>(slots);
}

StageView ViewOfStage(const State& state, const Job& job, int index) {
  const StageRun& run = job.stages[index];
  const StageSpec& spec = job.admitted.stages[index].spec;
  StageView view;
  view.name = spec.name;
  view.operation = spec.operation;
  view.state = run.state;
  view.tasks_total = run.tasks_total;
  view.tasks_committed = run.tasks_committed;
  for (const auto& [id, pass] : job.passes) {
    if (pass.stage == index) view.tasks_running += pass.blocks.leased();
  }
  view.passes_total = run.passes_total;
  view.passes_complete = run.passes_complete;
  view.progress = run.progress;
  view.cost = run.cost;
  view.start = run.start;
  view.end = run.end;
  view.eta = EtaOf(state, run);
  return view;
}

std::vector<OutputView> OutputsOf(const Job& job) {
  std::vector<OutputView> views;
  for (size_t i = 0; i < job.admitted.outputs.size(); ++i) {
    const OutputRef& ref = job.admitted.outputs[i];
    const auto& outputs = job.stages[ref.stage].outputs;
    const auto found = outputs.find(ref.output);
    if (found != outputs.end()) views.push_back({job.admitted.spec.outputs[i], found->second});
  }
  return views;
}

// Why pending work is not running, from the slot's side; empty: some slot may take it.
std::string WhyNoSlot(const State& state, const Job& job, const Pass& pass) {
  bool connected = false, ready = false;
  std::string distrusted;
  for (const auto& [name, worker] : state.cluster.workers()) {
    if (!worker.session || worker.draining) continue;
    if (!state.cluster.DistrustOf(name).empty()) {
      distrusted = name;
      continue;
    }
    connected = true;
    for (const Slot& slot : worker.slots) {
      ready = ready || slot.ready;
      if (slot.ready && MayRun(job, pass, worker, slot)) return "";
    }
  }
  if (!connected && !distrusted.empty()) {
    return absl::StrCat("only workers that gave wrong results are connected (", distrusted, ": ",
                        state.cluster.DistrustOf(distrusted), "); start a worker on another machine");
  }
  if (!connected) return "no worker is connected; start one with `mote-worker --coordinator HOST:PORT`";
  if (!ready) return "no slot is ready: the engines are starting, or keep failing (see the workers' logs)";
  const OperationDescription& operation = job.admitted.stages[pass.stage].planner->description();
  const std::string& stage = job.stage_name(pass.stage);
  if (operation.is_command) {
    return absl::StrCat("stage ", stage, " runs a program and no worker allows that; start one with --allow-commands");
  }
  if (operation.is_test) {
    return absl::StrCat("stage ", stage, " runs ", operation.name,
                        " and no worker allows that; start one with --allow-test-operations");
  }
  return absl::StrCat("stage ", stage, " is bound to numeric class ", job.stages[pass.stage].numeric_class,
                      " and no connected slot has it; start a worker on such a machine");
}

// Empty: no block waits for a worker to decide between results.
std::string WhyDisputed(const Job& job, const Pass& pass) {
  const auto disputed =
      std::find_if(pass.held.begin(), pass.held.end(), [](const auto& held) { return held.second.disputed(); });
  if (disputed == pass.held.end()) return "";
  return absl::StrCat("stage ", job.stage_name(pass.stage), " has different results of task ", disputed->first,
                      " from ", disputed->second.values()[0].workers[0], " and ",
                      disputed->second.values()[1].workers[0],
                      "; another worker must decide: start one of the same numeric class");
}

std::string WaitingReason(const State& state, const Job& job) {
  std::string reason;
  for (const auto& [id, pass] : job.passes) {
    const bool running = std::any_of(pass.blocks.leases().begin(), pass.blocks.leases().end(),
                                     [](const auto& leased) { return !leased.second.attempts.empty(); });
    if (running) return "";
    if (pass.blocks.pending() == 0 && reason.empty()) reason = WhyDisputed(job, pass);
    if (pass.blocks.pending() + pass.blocks.awaited() > 0 && reason.empty()) reason = WhyNoSlot(state, job, pass);
  }
  return reason;
}

}  // namespace

JobView ViewOf(const State& state, const Job& job) {
  JobView view;
  view.id = job.id;
  view.name = job.admitted.spec.name;
  view.tenant = job.admitted.spec.tenant;
  view.priority = job.admitted.spec.priority;
  view.state = job.state;
  view.submitted = job.submitted;
  view.start = job.start;
  view.end = job.end;
  for (int i = 0; i < static_cast<int>(job.stages.size()); ++i) view.stages.push_back(ViewOfStage(state, job, i));
  view.failure = job.failure;
  view.outputs = OutputsOf(job);
  view.absent = job.absent;
  view.waiting_reason = WaitingReason(state, job);
  for (const auto& [worker, reason] : job.distrusted) view.distrusted.push_back(absl::StrCat(worker, ": ", reason));
  return view;
}

WorkerView ViewOf(const State& state, const Worker& worker, absl::Time now) {
  WorkerView view;
  view.name = worker.name;
  view.version = worker.version;
  view.state = !worker.session ? "lost" : worker.draining ? "draining" : "connected";
  view.reason = state.cluster.DistrustOf(worker.name);
  if (!view.reason.empty() && worker.session) view.state = "excluded";
  view.slots = static_cast<int>(worker.slots.size());
  view.leases = static_cast<int>(worker.leases.size());
  for (const Slot& slot : worker.slots) {
    if (std::find(view.numeric_classes.begin(), view.numeric_classes.end(), slot.numeric_class) ==
        view.numeric_classes.end()) {
      view.numeric_classes.push_back(slot.numeric_class);
    }
  }
  view.labels = worker.labels;
  view.since_heard = now - worker.last_heard;
  view.tasks_committed = worker.tasks_committed;
  view.attempts_failed = worker.attempts_failed;
  return view;
}

}  // namespace mote::coordinator
