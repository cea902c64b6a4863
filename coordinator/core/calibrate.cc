#include "coordinator/core/calibrate.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "coordinator/core/pass_ids.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/reuse.h"

namespace mote::coordinator {
namespace {

// What measuring computes is dropped, so each of the two shapes has at most this share of the rows.
constexpr int64_t kRowsOfAProbedOne = 50;
constexpr int64_t kFirstTasksMax = 16;
constexpr int64_t kSecondTasks = 8;
// About as long takes a task of the second shape.
constexpr double kSecondSeconds = 0.02;
constexpr int64_t kSecondRowsMax = 4096;
// Of an input of fewer rows, measuring would be a large part.
constexpr int64_t kRowsMin = 256;

constexpr double kTaskSecondsMin = 1e-4, kTaskSecondsMax = 0.2;
constexpr double kOwnShareMax = 0.02;
constexpr int64_t kTasksOfASlot = 8;

// A task of r rows takes own + row·r seconds.
struct TaskModel {
  double own = 0;
  double row = 0;
};

TaskModel ModelOf(const std::vector<MeasuredShape>& measured) {
  const MeasuredShape& first = measured.front();
  const MeasuredShape& last = measured.back();
  const double seconds = absl::ToDoubleSeconds(first.task), more = absl::ToDoubleSeconds(last.task);
  TaskModel model{0, more / static_cast<double>(last.rows)};
  if (last.rows > first.rows) model.row = std::max(0.0, (more - seconds) / static_cast<double>(last.rows - first.rows));
  model.own = std::max(0.0, seconds - model.row * static_cast<double>(first.rows));
  return model;
}

int64_t Rounded(double rows, int64_t most) {
  return rows >= static_cast<double>(most) ? most : std::max<int64_t>(1, std::llround(rows));
}

int64_t InputRows(const Job& job, int stage) { return InputsOf(job, stage).at("input").rows; }

MeasuredShape Measured(const Job& job, const StageRun& run) {
  const Pass& pass = job.passes.at(run.step.front());
  const int64_t median = pass.cost.task_ns.count() > 0 ? pass.cost.task_ns.Quantile(0.5) : pass.cost.mean_task_ns();
  return {ParseJson(pass.spec->parameters)->at("rows_per_task").get<int64_t>(), absl::Nanoseconds(median)};
}

absl::StatusOr<PassSpec> ProbePass(const Job& job, int stage, const Probe& probe) {
  const StageSpec& spec = job.admitted.stages[stage].spec;
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(spec.parameters));
  const TaskShape shape{.rows = probe.rows};
  const std::map<std::string, Output> inputs = InputsOf(job, stage);
  MOTE_ASSIGN_OR_RETURN(PlanStep step, job.admitted.stages[stage].planner->Next(
                                           {spec.name, parameters, shape, spec.reduce, inputs, "", {}}));
  PassSpec pass = std::move(step.passes.at(0));
  pass.task_count = std::min(pass.task_count, probe.tasks);
  pass.finish = false;
  pass.label = absl::StrCat("calibrating: tasks of ", probe.rows, probe.rows == 1 ? " row" : " rows");
  return pass;
}

}  // namespace

std::optional<Probe> NextProbe(const std::vector<MeasuredShape>& measured, int64_t rows) {
  if (rows < kRowsMin || measured.size() >= 2) return std::nullopt;
  const int64_t probed = rows / kRowsOfAProbedOne;
  if (measured.empty()) return Probe{1, std::min(probed, kFirstTasksMax)};
  const int64_t most = std::max<int64_t>(1, std::min(kSecondRowsMax, probed / kSecondTasks));
  const double row_seconds = std::max(1e-9, absl::ToDoubleSeconds(measured[0].task));
  const int64_t second = Rounded(kSecondSeconds / row_seconds, most);
  if (second <= measured[0].rows) return std::nullopt;
  return Probe{second, kSecondTasks};
}

int64_t ChooseRows(const std::vector<MeasuredShape>& measured, int64_t rows, int64_t slots) {
  const int64_t balanced = std::max<int64_t>(1, rows / (kTasksOfASlot * std::max<int64_t>(1, slots)));
  if (measured.empty()) return balanced;
  const TaskModel model = ModelOf(measured);
  if (!(model.row > 0)) return balanced;  // rows cost nothing that can be measured
  const double wanted = std::max(model.own / (kOwnShareMax * model.row), kTaskSecondsMin / model.row);
  const double most = (kTaskSecondsMax - model.own) / model.row;
  return Rounded(std::min(wanted, std::max(1.0, most)), balanced);
}

TaskShape ShapeOf(const Job& job, int stage) {
  const TaskShape& shape = job.admitted.stages[stage].spec.tasks;
  const std::optional<Calibration>& calibration = job.stages[stage].calibration;
  if (shape.calibrated && calibration) return {.rows = calibration->rows};
  return shape;
}

bool IsCalibrating(const Job& job, int stage) {
  const std::optional<Calibration>& calibration = job.stages[stage].calibration;
  return job.admitted.stages[stage].spec.tasks.calibrated && (!calibration || calibration->rows == 0);
}

absl::StatusOr<bool> Calibrate(Transaction& tx, Job& job, int stage) {
  const StageRun& run = job.stages[stage];
  Calibration calibration = run.calibration.value_or(Calibration());
  if (!run.step.empty()) calibration.measured.push_back(Measured(job, run));
  const int64_t rows = InputRows(job, stage);
  const std::optional<Probe> probe = NextProbe(calibration.measured, rows);
  if (!probe) calibration.rows = ChooseRows(calibration.measured, rows, tx.state.cluster.ready_slots());
  DropStepFromSessions(tx, job, stage);
  if (!run.step.empty() || !probe) tx.Emit(StageCalibrated{job.id, stage, std::move(calibration), tx.now});
  if (!probe) return false;
  PlanStep step;
  step.passes.emplace_back();
  MOTE_ASSIGN_OR_RETURN(step.passes[0], ProbePass(job, stage, *probe));
  step.progress = step.passes[0].label;
  PlanNextStep(tx, job, stage, std::move(step));
  return true;
}

}  // namespace mote::coordinator
