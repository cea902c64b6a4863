#include "coordinator/plan/train_planner.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "coordinator/plan/class_totals.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/train_passes.h"
#include "coordinator/plan/train_progress.h"
#include "coordinator/plan/train_settings.h"
#include "coordinator/plan/train_table.h"
#include "coordinator/plan/train_tasks.h"

namespace mote::coordinator {
namespace {

constexpr int64_t kGradientRows = 64;
constexpr int64_t kEvaluateRows = 512;
// Gradients that wait for an update together: what an engine that starts in their midst
// has to take first.
constexpr int64_t kStepsPerUpdate = 8;

// Everything that the phases need, read once per call of Next.
struct Run {
  explicit Run(const PlanContext& plan_context) : context(plan_context) {}

  const PlanContext& context;
  TrainSettings settings;
  const Output* input = nullptr;
  const Output* validate = nullptr;  // nullptr: none
  TrainTable table;                  // `input`
  int64_t task_rows = 0;             // of a gradient task
  TrainProgress progress;

  int64_t rows() const { return input->rows; }
  TrainTasks tasks() const {
    const int64_t validation = validate == nullptr ? 0 : (validate->rows + kEvaluateRows - 1) / kEvaluateRows;
    return {.rows = rows(),
            .batch_size = settings.batch_size,
            .task_rows = task_rows,
            .epochs = settings.epochs,
            .validation_tasks = validation,
            .parts = settings.parts,
            .local_steps = settings.local_steps,
            .steps_per_update = progress.defers ? kStepsPerUpdate : 1};
  }
  // What follows the passes that are asked for now.
  int64_t TasksToCome() const {
    if (progress.phase == "update" && settings.parts == 0) {
      return tasks().After("update", progress.epoch, progress.step - 1, 0);
    }
    int64_t pending = progress.phase == "round" ? 1 : 0;
    if (progress.phase == "gradient") {
      pending = 1 + (progress.next_key.empty() ? static_cast<int64_t>(progress.pending.size()) : 0);
    }
    return tasks().After(progress.phase, progress.epoch, progress.step, pending);
  }
};

int64_t GradientTaskRows(const PlanContext& context, const Output& input, int64_t batch) {
  int64_t rows = kGradientRows;
  if (context.tasks.rows > 0) rows = context.tasks.rows;
  if (context.tasks.bytes > 0) rows = RowsForBytes(input, context.tasks.bytes);
  if (context.tasks.count > 0) rows = (batch + context.tasks.count - 1) / context.tasks.count;
  return std::min(rows, batch);
}

absl::StatusOr<Run> OpenRun(const PlanContext& context) {
  Run run(context);
  MOTE_ASSIGN_OR_RETURN(run.settings, ParseTrainSettings(context.parameters));
  MOTE_ASSIGN_OR_RETURN(run.input, TableInput(context));
  if (context.inputs.contains("validate")) {
    MOTE_ASSIGN_OR_RETURN(run.validate, TableInput(context, "validate"));
  }
  MOTE_ASSIGN_OR_RETURN(run.table, TrainTable::Open(*run.input, "input"));
  run.task_rows = GradientTaskRows(context, *run.input, run.settings.batch_size);
  if (!context.memo.empty()) {
    MOTE_ASSIGN_OR_RETURN(run.progress, TrainProgress::Decode(context.memo));
  }
  return run;
}

Value AtState(const ArtifactRef& state) { return Value{.bytes = {}, .artifact = state}; }

PlanStep Ask(Run& run, std::string phase, std::vector<PassSpec> passes) {
  run.progress.phase = std::move(phase);
  PlanStep step;
  step.memo = run.progress.Encode();
  step.passes = std::move(passes);
  step.tasks_to_come = run.TasksToCome();
  step.artifacts = run.progress.artifacts();
  if (run.progress.state.has_value()) {
    step.progress =
        absl::StrCat("epoch ", std::min(run.progress.epoch + 1, run.settings.epochs), " of ", run.settings.epochs);
    const double loss = run.progress.loss_rows > 0     ? run.progress.loss()
                        : run.progress.history.empty() ? 0
                                                       : run.progress.history.back().at(0).get<double>();
    if (loss > 0) absl::StrAppend(&step.progress, ", loss ", absl::StrFormat("%.4f", loss));
  }
  return step;
}

// The answer of the only task of the last pass.
absl::StatusOr<Json> Answer(const Run& run, std::string_view what) {
  const CompletedPass& done = run.context.completed.back();
  if (done.absent_all) {
    return absl::InvalidArgumentError(absl::StrCat("the ", std::string(what), " of epoch ", run.progress.epoch + 1,
                                                   " was quarantined, and training cannot go on without it"));
  }
  return ParseJson(done.root.bytes);
}

absl::StatusOr<ArtifactRef> StateOf(const Json& answer) {
  if (!answer.is_object() || !answer.contains("state") || !answer["state"].is_string()) {
    return absl::InvalidArgumentError(absl::StrCat("an engine answered ", answer.dump(), " and not {state: …}"));
  }
  return ArtifactRef::Parse(answer["state"].get<std::string>());
}

absl::Status CheckParts(const Run& run) {
  const int64_t parts = run.settings.parts;
  if (parts == 0) return absl::OkStatus();
  if (run.context.tasks != TaskShape{}) {
    return absl::InvalidArgumentError(
        "tasks: with local, a task is one part of the rows; leave tasks out, and set local.parts");
  }
  if (parts <= run.rows()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("local.parts: ", parts, " parts of ", run.rows(),
                                                 " rows: some would have none; set it to ", run.rows(), " or less"));
}

absl::StatusOr<PlanStep> AskClasses(Run& run) {
  std::vector<PassSpec> passes;
  for (const Output* table : {run.input, run.validate}) {
    if (table == nullptr) continue;
    MOTE_ASSIGN_OR_RETURN(PassSpec pass, CountClassesPass(*table, kTrainLabel));
    if (table != run.input) pass.label = "counting classes of validate";
    passes.push_back(std::move(pass));
  }
  return Ask(run, "classes", std::move(passes));
}

// How many classes there are, from the class counts of both tables.
absl::Status TakeClasses(Run& run) {
  MOTE_ASSIGN_OR_RETURN(std::vector<int64_t> totals, ClassTotals(run.context.completed.front()));
  MOTE_RETURN_IF_ERROR(CheckClassTotals(totals, run.rows()));
  MOTE_ASSIGN_OR_RETURN(const std::vector<int64_t> others, ClassTotals(run.context.completed.back()));
  totals.resize(std::max(totals.size(), others.size()));
  run.progress.classes = static_cast<int64_t>(totals.size());
  if (run.settings.balanced) run.progress.weights = BalancedWeights(totals, run.rows());
  if (run.settings.class_weights.empty()) return absl::OkStatus();
  if (run.settings.class_weights.size() != totals.size()) {
    return absl::InvalidArgumentError(absl::StrCat("class_weights: ", run.settings.class_weights.size(),
                                                   " weights for ", totals.size(), " classes; give one for each"));
  }
  run.progress.weights = run.settings.class_weights;
  return absl::OkStatus();
}

absl::StatusOr<PlanStep> AskInit(Run& run) {
  Json model = run.settings.model;
  model["in"] = run.table.width;
  model["out"] = run.progress.classes;
  PassSpec pass = OneTask("train.init",
                          {{"model", std::move(model)}, {"seed", run.settings.seed}, {"features", run.table.features}});
  if (const auto start = run.context.inputs.find("start"); start != run.context.inputs.end()) {
    pass.inputs.emplace("start", start->second.content);
  }
  pass.label = "first weights";
  std::vector<PassSpec> passes;
  passes.push_back(std::move(pass));
  return Ask(run, "init", std::move(passes));
}

TrainStepPlan StepPlan(const Run& run) { return {run.settings, run.progress, run.tasks(), *run.input}; }

// Where enough gradients wait, the state takes them while the next one is computed.
absl::StatusOr<PlanStep> AskStep(Run& run, bool checkpoint) {
  const TrainStepPlan plan = StepPlan(run);
  std::vector<PassSpec> passes;
  passes.push_back(run.settings.parts > 0 ? plan.Local() : plan.Gradient());
  const std::vector<Value> roots = plan.PendingRoots();
  if (static_cast<int64_t>(roots.size()) >= kStepsPerUpdate) {
    passes.push_back(plan.Update(roots));
    run.progress.next_key = plan.KeyAfter(roots);
  }
  PlanStep step = Ask(run, run.settings.parts > 0 ? "round" : "gradient", std::move(passes));
  step.is_volatile = true;
  step.checkpoint = checkpoint;
  return step;
}

absl::Status CheckAnyDone(const Run& run) {
  if (!run.context.completed.front().absent_all) return absl::OkStatus();
  const bool local = run.settings.parts > 0;
  return absl::InvalidArgumentError(
      absl::StrCat("every task of epoch ", run.progress.epoch + 1, local ? ", round " : ", step ",
                   run.progress.step + 1, " was quarantined: there is no ", local ? "state to average" : "gradient",
                   "; `mote explain` tells why each was"));
}

PlanStep AskUpdate(Run& run, PassSpec update) {
  std::vector<PassSpec> passes;
  passes.push_back(std::move(update));
  PlanStep step = Ask(run, "update", std::move(passes));
  step.is_volatile = true;
  return step;
}

absl::StatusOr<PlanStep> AfterRound(Run& run) {
  MOTE_RETURN_IF_ERROR(CheckAnyDone(run));
  return AskUpdate(run, StepPlan(run).Average(run.context.completed.front().root));
}

absl::StatusOr<PlanStep> AskEvaluate(Run& run) {
  MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutRows(TaskShape{}, *run.validate, kEvaluateRows));
  PassSpec pass;
  pass.kernel = "train.evaluate";
  pass.parameters = Json{{"rows_per_task", cut.rows_per_task}}.dump();
  pass.task_count = cut.task_count;
  pass.reducer = "validation";
  pass.inputs.emplace("input", run.validate->content);
  pass.inputs.emplace("state", AtState(*run.progress.state));
  pass.numeric = true;
  pass.label = absl::StrCat("epoch ", run.progress.epoch + 1, ", validation");
  std::vector<PassSpec> passes;
  passes.push_back(std::move(pass));
  PlanStep step = Ask(run, "evaluate", std::move(passes));
  step.is_volatile = true;
  return step;
}

absl::StatusOr<PlanStep> AskExport(Run& run) {
  PassSpec pass = OneTask("train.export", {{"features", run.table.features}, {"classes", run.table.classes}});
  pass.inputs.emplace("state", AtState(run.settings.keep_best ? *run.progress.best_state : *run.progress.state));
  pass.label = "writing the model";
  std::vector<PassSpec> passes;
  passes.push_back(std::move(pass));
  return Ask(run, "export", std::move(passes));
}

// The epoch's entry is [loss] or [loss, validation]; then the next epoch, or the end.
absl::StatusOr<PlanStep> EndEpoch(Run& run, const Json* validation) {
  TrainProgress& progress = run.progress;
  Json entry = Json::array({progress.loss()});
  if (validation != nullptr) {
    entry.push_back(*validation);
    const double loss = validation->at("loss").get<double>();
    if (progress.best_epoch < 0 || loss < progress.best_loss) {
      progress.best_epoch = progress.epoch;
      progress.best_loss = loss;
      if (run.settings.keep_best) progress.best_state = progress.state;
    }
  }
  progress.history.push_back(std::move(entry));
  progress.loss_sum = 0;
  progress.loss_rows = 0;
  progress.step = 0;
  ++progress.epoch;
  const bool in_vain = run.settings.patience > 0 && progress.epoch - 1 - progress.best_epoch >= run.settings.patience;
  if (progress.epoch < run.settings.epochs && !in_vain) return AskStep(run, /*checkpoint=*/true);
  return AskExport(run);
}

absl::Status TakeLosses(Run& run, const Json& answer) {
  const auto is_list = [&answer](const char* name) { return answer.contains(name) && answer[name].is_array(); };
  if (!is_list("losses") || !is_list("rows") || answer["losses"].size() != answer["rows"].size()) {
    return absl::InvalidArgumentError(absl::StrCat("an engine answered ", answer.dump(), " without losses and rows"));
  }
  for (size_t i = 0; i < answer["rows"].size(); ++i) {
    const Json &loss = answer["losses"][i], &rows = answer["rows"][i];
    if (!loss.is_number() || !rows.is_number_integer()) {
      return absl::InvalidArgumentError(absl::StrCat("an engine answered ", answer.dump(), ", not numbers"));
    }
    run.progress.loss_sum += loss.get<double>();
    run.progress.loss_rows += rows.get<int64_t>();
  }
  return absl::OkStatus();
}

// The state that was asked for has taken what was pending.
absl::Status TakeUpdate(Run& run) {
  TrainProgress& progress = run.progress;
  MOTE_ASSIGN_OR_RETURN(const Json answer, Answer(run, "update"));
  MOTE_ASSIGN_OR_RETURN(progress.state, StateOf(answer));
  MOTE_RETURN_IF_ERROR(TakeLosses(run, answer));
  progress.state_key = std::exchange(progress.next_key, "");
  progress.pending.clear();
  return absl::OkStatus();
}

absl::StatusOr<PlanStep> AfterStep(Run& run) {
  if (run.progress.step < run.tasks().steps()) return AskStep(run, /*checkpoint=*/false);
  if (run.validate != nullptr) return AskEvaluate(run);
  return EndEpoch(run, nullptr);
}

// A small gradient is taken at once. One in the store waits for others of its epoch.
absl::StatusOr<PlanStep> AfterGradient(Run& run) {
  TrainProgress& progress = run.progress;
  MOTE_RETURN_IF_ERROR(CheckAnyDone(run));
  if (!progress.next_key.empty()) MOTE_RETURN_IF_ERROR(TakeUpdate(run));
  const Value& root = run.context.completed.front().root;
  progress.defers = root.artifact.has_value();
  std::vector<Value> roots = StepPlan(run).PendingRoots();
  roots.push_back(root);
  if (progress.defers) progress.pending.push_back(*root.artifact);
  if (++progress.step < run.tasks().steps() && progress.defers) return AskStep(run, /*checkpoint=*/false);
  const TrainStepPlan plan = StepPlan(run);
  progress.next_key = plan.KeyAfter(roots);
  return AskUpdate(run, plan.Update(roots));
}

absl::StatusOr<PlanStep> AfterUpdate(Run& run) {
  MOTE_RETURN_IF_ERROR(TakeUpdate(run));
  if (run.settings.parts > 0) ++run.progress.step;
  return AfterStep(run);
}

absl::StatusOr<PlanStep> AfterEvaluate(Run& run) {
  const CompletedPass& done = run.context.completed.front();
  MOTE_ASSIGN_OR_RETURN(const Json validation, ParseJson(done.output.content.bytes));
  if (!validation.is_object() || !validation.contains("loss") || !validation["loss"].is_number() ||
      !std::isfinite(validation["loss"].get<double>())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "epoch ", run.progress.epoch + 1, ": the validation loss is not a finite number; lower the learning rate"));
  }
  return EndEpoch(run, &validation);
}

absl::StatusOr<PlanStep> Yield(Run& run) {
  MOTE_ASSIGN_OR_RETURN(const Json answer, Answer(run, "export"));
  MOTE_ASSIGN_OR_RETURN(const ArtifactRef model, StateOf(answer));
  Json epochs = Json::array();
  for (const Json& entry : run.progress.history) {
    epochs.push_back({{"epoch", epochs.size() + 1}, {"loss", entry[0]}});
    if (entry.size() > 1) epochs.back()["validation"] = entry[1];
  }
  Json history{{"epochs", std::move(epochs)},
               {"rows", run.rows()},
               {"features", run.table.width},
               {"classes", run.progress.classes},
               {"steps", run.tasks().optimizer_steps() * run.progress.epoch},
               {"kept_epoch", run.settings.keep_best ? run.progress.best_epoch + 1 : run.progress.epoch}};
  if (run.progress.best_epoch >= 0) history["best_epoch"] = run.progress.best_epoch + 1;
  if (run.settings.parts > 0) history["rounds"] = run.tasks().steps() * run.progress.epoch;
  run.progress.phase = "done";
  PlanStep step;
  step.memo = run.progress.Encode();
  step.outputs.emplace("model", BlobOutput(model, ""));
  step.outputs.emplace("history", DocumentOutput(history));
  return step;
}

OperationDescription DescribeTrain() {
  OperationDescription description;
  description.name = "train";
  description.summary =
      "Trains a classifier on columns x and label of a prepared table; a step's batch is cut into tasks whose "
      "gradients are summed";
  description.parameters = TrainParameters();
  description.outputs = {"model", "history"};
  description.kinds = {{"model", OutputKind::kBlob}, {"history", OutputKind::kDocument}, {"start", OutputKind::kBlob}};
  description.task_shape = "so many rows of a step's batch; default 64, at most the batch";
  return description;
}

class TrainPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override { return ParseTrainSettings(parameters).status(); }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    MOTE_ASSIGN_OR_RETURN(Run run, OpenRun(context));
    const std::string phase = run.progress.phase;
    if (phase.empty()) return First(run);
    if (context.completed.empty()) return absl::InternalError("train: asked for a next step with no pass complete");
    if (phase == "classes") {
      MOTE_RETURN_IF_ERROR(TakeClasses(run));
      return AskInit(run);
    }
    if (phase == "init") {
      MOTE_ASSIGN_OR_RETURN(const Json answer, Answer(run, "initialisation"));
      MOTE_ASSIGN_OR_RETURN(run.progress.state, StateOf(answer));
      return AskStep(run, /*checkpoint=*/true);
    }
    if (phase == "gradient") return AfterGradient(run);
    if (phase == "round") return AfterRound(run);
    if (phase == "update") return AfterUpdate(run);
    if (phase == "evaluate") return AfterEvaluate(run);
    return Yield(run);
  }

 private:
  // What the first step alone has to check.
  static absl::StatusOr<PlanStep> First(Run& run) {
    MOTE_RETURN_IF_ERROR(CutRows(run.context.tasks, *run.input, kGradientRows).status());
    MOTE_RETURN_IF_ERROR(CheckParts(run));
    if (run.validate != nullptr) {
      MOTE_ASSIGN_OR_RETURN(const TrainTable validate, TrainTable::Open(*run.validate, "validate"));
      MOTE_RETURN_IF_ERROR(run.table.CheckValidate(validate));
    }
    return AskClasses(run);
  }

  const OperationDescription description_ = DescribeTrain();
};

}  // namespace

std::unique_ptr<Planner> MakeTrainPlanner() { return std::make_unique<TrainPlanner>(); }

}  // namespace mote::coordinator
