#include "coordinator/core/view_of.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/core/budget.h"
#include "coordinator/core/eta.h"
#include "coordinator/core/waiting_reason.h"

namespace mote::coordinator {
namespace {

StageView ViewOfStage(const State& state, const Job& job, int index, absl::Time now) {
  const StageRun& run = job.stages[index];
  const StageSpec& spec = job.admitted.stages[index].spec;
  StageView view;
  view.name = spec.name;
  view.operation = spec.operation;
  view.state = run.state;
  view.tasks_total = run.tasks_total + run.tasks_to_come;
  view.tasks_committed = run.tasks_committed;
  view.passes_total = run.passes_total;
  view.passes_complete = run.passes_complete;
  view.progress = run.progress;
  if (spec.mixed_numerics) {
    absl::StrAppend(&view.progress, view.progress.empty() ? "" : ", ", "numerics: mixed");
  }
  view.cost = run.cost;
  view.start = run.start;
  view.end = run.end;
  view.eta = StageEta(state, job, index, now);
  view.reused_from = run.reused_from;
  if (const std::optional<Price>& price = job.admitted.spec.price) {
    view.bill = BillOf(*price, run.cost.used());
    view.probe_bill = BillOf(*price, run.probes.used);
  }
  view.probe_tasks = run.probes.tasks;
  view.waiting_reason = StageWaitingReason(state, job, index, now);
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

}  // namespace

JobView ViewOf(const State& state, const Job& job, absl::Time now) {
  JobView view;
  view.id = job.id;
  view.name = job.admitted.spec.name;
  view.tenant = job.admitted.spec.tenant;
  view.priority = job.admitted.spec.priority;
  view.state = job.state;
  view.submitted = job.submitted;
  view.start = job.start;
  view.end = job.end;
  for (int i = 0; i < static_cast<int>(job.stages.size()); ++i) view.stages.push_back(ViewOfStage(state, job, i, now));
  for (const auto& [id, pass] : job.passes) view.stages[pass.stage].tasks_running += pass.blocks.leased();
  view.failure = job.failure;
  view.outputs = OutputsOf(job);
  view.absent = job.absent;
  view.waiting_reason = WaitingReason(state, job, now);
  for (const auto& [worker, reason] : job.distrusted) view.distrusted.push_back(absl::StrCat(worker, ": ", reason));
  view.bill = BillViewOf(job);
  view.eta = JobEta(state, job, now);
  return view;
}

WorkerView ViewOf(const State& state, const Worker& worker, absl::Time now) {
  WorkerView view;
  view.name = worker.name;
  view.version = worker.version;
  view.state = !worker.session ? "lost" : worker.draining ? "draining" : "connected";
  view.reason = state.cluster.DistrustOf(worker.name);
  if (!view.reason.empty() && worker.session) view.state = "distrusted";
  view.slots = static_cast<int>(worker.slots.size());
  view.leases = static_cast<int>(worker.leases.size());
  for (const Slot& slot : worker.slots) {
    if (std::find(view.numeric_classes.begin(), view.numeric_classes.end(), slot.numeric_class) ==
        view.numeric_classes.end()) {
      view.numeric_classes.push_back(slot.numeric_class);
    }
  }
  view.labels = worker.labels;
  view.since_heard = std::max(absl::ZeroDuration(), now - worker.last_heard);  // one expected back: from later on
  view.tasks_committed = worker.tasks_committed;
  view.attempts_failed = worker.attempts_failed;
  for (int i = 0; i < static_cast<int>(worker.slots.size()); ++i) {
    view.slowness.push_back(worker.slots[i].speed.estimate());
    std::string problem = ProblemOf(worker.slots[i], i, now);
    if (!problem.empty()) view.problems.push_back(std::move(problem));
  }
  return view;
}

}  // namespace mote::coordinator
