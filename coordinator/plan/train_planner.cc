#include "coordinator/plan/train_planner.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/json.h"
#include "common/model_format.h"
#include "common/status_macros.h"
#include "coordinator/plan/class_totals.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/site_tables.h"
#include "coordinator/plan/train_passes.h"
#include "coordinator/plan/train_run.h"

namespace mote::coordinator {
namespace {

Value AtState(const ArtifactRef& state) { return Value{.bytes = {}, .artifact = state}; }

PlanStep Ask(TrainRun& run, std::string phase, std::vector<PassSpec> passes) {
  run.progress.phase = std::move(phase);
  PlanStep step;
  step.memo = run.progress.Encode();
  step.passes = std::move(passes);
  step.tasks_to_come = run.TasksToCome();
  step.artifacts = run.progress.artifacts();
  step.apart = run.progress.apart();
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
absl::StatusOr<Json> Answer(const TrainRun& run, std::string_view what) {
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

absl::Status CheckParts(const TrainRun& run) {
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

absl::StatusOr<PlanStep> AskClasses(TrainRun& run) {
  std::vector<PassSpec> passes;
  for (const Output* table : {run.input, run.validate}) {
    if (table == nullptr) continue;
    for (const SiteTable& site : SiteTablesOf(*table)) {
      MOTE_ASSIGN_OR_RETURN(PassSpec pass, CountClassesPass(site.rows, kTrainLabel));
      if (table != run.input) pass.label = "counting classes of validate";
      pass.worker = site.worker;
      passes.push_back(std::move(pass));
    }
  }
  return Ask(run, "classes", std::move(passes));
}

// Adds the counts of a site.
absl::Status AddTotals(const CompletedPass& done, std::vector<int64_t>* totals) {
  MOTE_ASSIGN_OR_RETURN(const std::vector<int64_t> counts, ClassTotals(done));
  totals->resize(std::max(totals->size(), counts.size()));
  for (size_t i = 0; i < counts.size(); ++i) (*totals)[i] += counts[i];
  return absl::OkStatus();
}

// How many classes there are, from the class counts of both tables.
absl::Status TakeClasses(TrainRun& run) {
  const size_t sites = SiteTablesOf(*run.input).size();
  std::vector<int64_t> totals, others;
  for (size_t i = 0; i < run.context.completed.size(); ++i) {
    MOTE_RETURN_IF_ERROR(AddTotals(run.context.completed[i], i < sites ? &totals : &others));
  }
  MOTE_RETURN_IF_ERROR(CheckClassTotals(totals, run.rows()));
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

absl::StatusOr<PlanStep> AskInit(TrainRun& run) {
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

TrainStepPlan StepPlan(const TrainRun& run) { return {run.settings, run.progress, run.tasks(), *run.input}; }

// Where enough gradients wait, the state takes them while the next one is computed.
absl::StatusOr<PlanStep> AskStep(TrainRun& run, bool checkpoint) {
  const TrainStepPlan plan = StepPlan(run);
  std::vector<PassSpec> passes;
  if (run.is_local()) {
    passes = plan.Local();
  } else {
    passes.push_back(plan.Gradient());
  }
  const std::vector<StepGradient>& pending = run.progress.pending;
  if (static_cast<int64_t>(pending.size()) >= kStepsPerUpdate) {
    passes.push_back(plan.Update(pending));
    run.progress.next_key = plan.KeyAfter(pending);
  }
  PlanStep step = Ask(run, run.is_local() ? "round" : "gradient", std::move(passes));
  step.is_volatile = true;
  step.checkpoint = checkpoint;
  return step;
}

absl::Status CheckAnyDone(const TrainRun& run) {
  if (!run.context.completed.front().absent_all) return absl::OkStatus();
  const bool local = run.is_local();
  return absl::InvalidArgumentError(
      absl::StrCat("every task of epoch ", run.progress.epoch + 1, local ? ", round " : ", step ",
                   run.progress.step + 1, " was quarantined: there is no ", local ? "state to average" : "gradient",
                   "; `mote explain` tells why each was"));
}

PlanStep AskUpdate(TrainRun& run, PassSpec update) {
  std::vector<PassSpec> passes;
  passes.push_back(std::move(update));
  PlanStep step = Ask(run, "update", std::move(passes));
  step.is_volatile = true;
  return step;
}

absl::StatusOr<PlanStep> AfterRound(TrainRun& run) {
  std::vector<Value> roots;
  for (const CompletedPass& done : run.context.completed) {
    if (!done.absent_all) roots.push_back(done.root);
  }
  if (roots.empty()) MOTE_RETURN_IF_ERROR(CheckAnyDone(run));
  return AskUpdate(run, StepPlan(run).Average(roots));
}

absl::StatusOr<PlanStep> AskEvaluate(TrainRun& run) {
  std::vector<PassSpec> passes;
  for (const SiteTable& site : run.validation_sites()) {
    MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutRows(TaskShape{}, site.rows, kEvaluateRows));
    PassSpec& pass = passes.emplace_back();
    pass.kernel = "train.evaluate";
    pass.parameters = Json{{"rows_per_task", cut.rows_per_task}}.dump();
    pass.task_count = cut.task_count;
    pass.reducer = "validation";
    pass.inputs.emplace("input", site.rows.content);
    pass.inputs.emplace("state", AtState(*run.progress.state));
    pass.numeric = true;
    pass.finish = !run.validate->is_pinned();
    pass.label = absl::StrCat("epoch ", run.progress.epoch + 1, ", validation");
    pass.worker = site.worker;
  }
  PlanStep step = Ask(run, "evaluate", std::move(passes));
  step.is_volatile = true;
  return step;
}

// Of what each site has measured.
absl::StatusOr<PlanStep> AskMeasure(TrainRun& run) {
  std::vector<PassSpec> passes(1);
  MOTE_ASSIGN_OR_RETURN(passes[0], FinishSites({"validation", "{}"}, run.context.completed));
  PlanStep step = Ask(run, "measure", std::move(passes));
  step.is_volatile = true;
  return step;
}

absl::StatusOr<PlanStep> AskExport(TrainRun& run) {
  PassSpec pass = OneTask("train.export", {{"features", run.table.features}, {"classes", run.table.classes}});
  pass.inputs.emplace("state", AtState(run.settings.keep_best ? *run.progress.best_state : *run.progress.state));
  pass.label = "writing the model";
  std::vector<PassSpec> passes;
  passes.push_back(std::move(pass));
  return Ask(run, "export", std::move(passes));
}

// The epoch's entry is [loss] or [loss, validation]; then the next epoch, or the end.
absl::StatusOr<PlanStep> EndEpoch(TrainRun& run, const Json* validation) {
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

absl::Status TakeLosses(TrainRun& run, const Json& answer) {
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
absl::Status TakeUpdate(TrainRun& run) {
  TrainProgress& progress = run.progress;
  MOTE_ASSIGN_OR_RETURN(const Json answer, Answer(run, "update"));
  MOTE_ASSIGN_OR_RETURN(progress.state, StateOf(answer));
  MOTE_RETURN_IF_ERROR(TakeLosses(run, answer));
  progress.state_key = std::exchange(progress.next_key, "");
  progress.pending.clear();
  return absl::OkStatus();
}

absl::StatusOr<PlanStep> AfterStep(TrainRun& run) {
  if (run.progress.step < run.tasks().steps()) return AskStep(run, /*checkpoint=*/false);
  if (run.validate != nullptr) return AskEvaluate(run);
  return EndEpoch(run, nullptr);
}

StepGradient GradientOf(const CompletedPass& done) {
  StepGradient gradient{done.task_count, {}, !done.apart.empty()};
  for (const Node& node : done.apart) gradient.nodes.push_back({node.block, Value{"", node.artifact}});
  if (!gradient.is_apart) gradient.nodes.push_back({{RootLevel(done.task_count), 0}, done.root});
  return gradient;
}

// A small gradient is taken at once. One in a store waits for others of its epoch.
absl::StatusOr<PlanStep> AfterGradient(TrainRun& run) {
  TrainProgress& progress = run.progress;
  MOTE_RETURN_IF_ERROR(CheckAnyDone(run));
  if (!progress.next_key.empty()) MOTE_RETURN_IF_ERROR(TakeUpdate(run));
  StepGradient gradient = GradientOf(run.context.completed.front());
  progress.defers = gradient.nodes.front().value->artifact.has_value();
  std::vector<StepGradient> gradients = progress.pending;
  gradients.push_back(gradient);
  if (progress.defers) progress.pending.push_back(std::move(gradient));
  if (++progress.step < run.tasks().steps() && progress.defers) return AskStep(run, /*checkpoint=*/false);
  const TrainStepPlan plan = StepPlan(run);
  progress.next_key = plan.KeyAfter(gradients);
  return AskUpdate(run, plan.Update(gradients));
}

absl::StatusOr<PlanStep> AfterUpdate(TrainRun& run) {
  MOTE_RETURN_IF_ERROR(TakeUpdate(run));
  if (run.is_local()) ++run.progress.step;
  return AfterStep(run);
}

absl::StatusOr<PlanStep> AfterEvaluate(TrainRun& run) {
  const CompletedPass& done = run.context.completed.front();
  Output measured = done.output;
  if (run.validate->is_pinned()) {
    if (run.progress.phase == "evaluate") return AskMeasure(run);
    MOTE_ASSIGN_OR_RETURN(measured, FinishedSites(done));
  }
  MOTE_ASSIGN_OR_RETURN(const Json validation, ParseJson(measured.content.bytes));
  if (!validation.is_object() || !validation.contains("loss") || !validation["loss"].is_number() ||
      !std::isfinite(validation["loss"].get<double>())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "epoch ", run.progress.epoch + 1, ": the validation loss is not a finite number; lower the learning rate"));
  }
  return EndEpoch(run, &validation);
}

absl::StatusOr<PlanStep> Yield(TrainRun& run) {
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
  if (run.is_local()) history["rounds"] = run.tasks().steps() * run.progress.epoch;
  run.progress.phase = "done";
  PlanStep step;
  step.memo = run.progress.Encode();
  const bool is_script = run.settings.model.at("kind") == "script";
  step.outputs.emplace("model", BlobOutput(model, is_script ? kTorchScriptModel : kNativeModel));
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
    MOTE_ASSIGN_OR_RETURN(TrainRun run, TrainRun::Open(context));
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
    if (phase == "evaluate" || phase == "measure") return AfterEvaluate(run);
    return Yield(run);
  }

 private:
  // What the first step alone has to check.
  static absl::StatusOr<PlanStep> First(TrainRun& run) {
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
