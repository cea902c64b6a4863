#include "coordinator/plan/boost_planner.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/json.h"
#include "common/model_format.h"
#include "common/reducers/gradient_sum.h"
#include "common/status_macros.h"
#include "coordinator/plan/boost_progress.h"
#include "coordinator/plan/class_totals.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/tree_settings.h"
#include "coordinator/plan/tree_table.h"

namespace mote::coordinator {
namespace {

using Kind = Parameter::Kind;

// A task's histograms are written and summed once a task, so tasks are large.
constexpr int64_t kRowsPerHistogramTask = 65536;
// Gradients of squared errors beyond so many standard deviations of the label are cut off.
constexpr double kDeviationsMax = 16;
// As worker/engine/trees/boost_units.h packs them.
constexpr double kGradientUnits = 32768;
constexpr double kCurvatureUnits = 65536;

// Everything that the phases need, read once per call of Next.
struct Run {
  explicit Run(const PlanContext& plan_context) : context(plan_context) {}

  const PlanContext& context;
  BoostOptions options;
  const Output* input = nullptr;
  const Output* validate = nullptr;  // nullptr: none
  TrainTable table;
  int64_t rows_per_task = kRowsPerHistogramTask;
  BoostProgress progress;

  int64_t outputs() const { return progress.classes > 2 ? progress.classes : 1; }
  int64_t TasksOf(const Output& rows) const {
    return std::max<int64_t>((rows.rows + rows_per_task - 1) / rows_per_task, 1);
  }
  int64_t TasksOfRound() const {
    return TasksOf(*input) * options.depth + 1 + (validate == nullptr ? 0 : TasksOf(*validate));
  }
};

absl::StatusOr<Run> OpenRun(const PlanContext& context) {
  Run run(context);
  MOTE_ASSIGN_OR_RETURN(run.options, BoostOptions::Parse(context.parameters));
  MOTE_ASSIGN_OR_RETURN(run.input, TableInput(context));
  if (Params(context.parameters).Find("validate") != nullptr) {
    MOTE_ASSIGN_OR_RETURN(run.validate, TableInput(context, "validate"));
  }
  MOTE_ASSIGN_OR_RETURN(run.table, TrainTable::Open(*run.input, "input"));
  MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutRows(context.tasks, *run.input, kRowsPerHistogramTask));
  run.rows_per_task = cut.rows_per_task;
  if (!context.memo.empty()) {
    MOTE_ASSIGN_OR_RETURN(run.progress, BoostProgress::Decode(context.memo));
  }
  return run;
}

PlanStep Ask(Run& run, std::string phase, std::vector<PassSpec> passes) {
  BoostProgress& progress = run.progress;
  progress.phase = std::move(phase);
  PlanStep step;
  step.memo = progress.Encode();
  step.passes = std::move(passes);
  step.artifacts = progress.artifacts();
  const int64_t rounds_after = run.options.rounds - progress.round - 1;
  const int64_t levels_after = run.options.depth - static_cast<int64_t>(progress.levels.size()) - 1;
  step.tasks_to_come = std::max<int64_t>(rounds_after, 0) * run.TasksOfRound() + 1;
  if (progress.phase == "level") step.tasks_to_come += std::max<int64_t>(levels_after, 0) * run.TasksOf(*run.input) + 1;
  if (progress.model.has_value()) {
    step.progress =
        absl::StrCat("round ", std::min(progress.round + 1, run.options.rounds), " of ", run.options.rounds);
    if (!progress.losses.empty()) {
      absl::StrAppend(&step.progress, ", validation loss ", absl::StrFormat("%.4f", progress.losses.back()));
    }
  }
  return step;
}

Json SettingsOf(const Run& run) {
  const double largest = run.options.squared ? kDeviationsMax * run.progress.scale : 1.0;
  return {{"learning_rate", run.options.learning_rate},
          {"l2", run.options.l2},
          {"gain_min", run.options.gain_min},
          {"rows_min", run.options.rows_min},
          {"depth", run.options.depth},
          {"rows", run.input->rows},
          {"gradient_unit", largest / kGradientUnits},
          // p·(1 − p) is at most a quarter.
          {"curvature_unit", (run.options.squared ? 1.0 : 0.25) / kCurvatureUnits},
          {"outputs", run.outputs()}};
}

PassSpec BlockPass(const Run& run, std::string kernel, const Output& table, const Value& binned) {
  PassSpec pass;
  pass.kernel = std::move(kernel);
  pass.parameters = Json{{"settings", SettingsOf(run)}, {"rows_per_task", run.rows_per_task}}.dump();
  pass.task_count = run.TasksOf(table);
  pass.inputs.emplace("input", binned);
  if (run.progress.model) pass.inputs.emplace("model", Value{{}, run.progress.model});
  pass.finish = false;
  return pass;
}

void AddLevels(const Run& run, PassSpec* pass) {
  for (size_t level = 0; level < run.progress.levels.size(); ++level) {
    pass->inputs.emplace(absl::StrCat("level", level), run.progress.levels[level]);
  }
}

PassSpec HistogramPass(const Run& run) {
  PassSpec pass = BlockPass(run, "boost.histogram", *run.input, run.progress.binned);
  pass.reducer = "histogram_sum";
  pass.finish = true;
  AddLevels(run, &pass);
  pass.label = absl::StrCat("round ", run.progress.round + 1, ", level ", run.progress.levels.size() + 1);
  return pass;
}

PassSpec EvaluatePass(const Run& run) {
  PassSpec pass = BlockPass(run, "boost.evaluate", *run.validate, run.progress.validate);
  pass.reducer = "gradient_sum";
  pass.label = absl::StrCat("validation after round ", run.progress.round);
  return pass;
}

// What the first step alone has to check; then quantiles and, of classes, their rows.
absl::StatusOr<PlanStep> First(Run& run) {
  MOTE_RETURN_IF_ERROR(CheckTreeFeatures(run.table));
  if (run.options.squared && run.table.classes.size() > 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("loss: squared takes the label as a number, and here it is the place of one of ",
                     run.table.classes.size(), " classes, of which the next is not one more; use loss: logistic"));
  }
  if (run.validate != nullptr) {
    MOTE_ASSIGN_OR_RETURN(const TrainTable validate, TrainTable::Open(*run.validate, "validate"));
    MOTE_RETURN_IF_ERROR(run.table.CheckValidate(validate));
  }
  std::vector<PassSpec> passes;
  passes.push_back(SketchPass(*run.input, run.options.bins));
  for (const Output* table : {run.input, run.validate}) {
    if (table == nullptr || run.options.squared) continue;
    MOTE_ASSIGN_OR_RETURN(PassSpec classes, CountClassesPass(*table, kTrainLabel));
    passes.push_back(std::move(classes));
  }
  return Ask(run, "count", std::move(passes));
}

absl::StatusOr<PlanStep> AskBins(Run& run) {
  const std::vector<CompletedPass>& completed = run.context.completed;
  BoostProgress& progress = run.progress;
  progress.edges = completed[0].output.content;
  if (!run.options.squared) {
    MOTE_ASSIGN_OR_RETURN(progress.totals, ClassTotals(completed[1]));
    MOTE_RETURN_IF_ERROR(CheckClassTotals(progress.totals, run.input->rows));
    MOTE_ASSIGN_OR_RETURN(const std::vector<int64_t> others, ClassTotals(completed.back()));
    progress.totals.resize(std::max(progress.totals.size(), others.size()));
    progress.classes = static_cast<int64_t>(progress.totals.size());
  }
  std::vector<PassSpec> passes;
  passes.push_back(BinPass(*run.input, progress.edges));
  if (run.validate != nullptr) passes.push_back(BinPass(*run.validate, progress.edges));
  return Ask(run, "bin", std::move(passes));
}

absl::StatusOr<PlanStep> AskInit(Run& run) {
  const BoostProgress& progress = run.progress;
  const Json head{{"kind", "boost"},
                  {"loss", run.options.squared ? "squared" : "logistic"},
                  {"classes", progress.classes},
                  {"class_names", run.options.squared ? std::vector<std::string>() : run.table.classes},
                  {"features", run.table.features},
                  {"base", Json::array()}};
  PassSpec pass = OneTask("boost.init", {{"head", head}, {"counts", progress.totals}, {"mean", progress.mean}});
  pass.inputs.emplace("edges", progress.edges);
  pass.label = "the model without trees";
  std::vector<PassSpec> passes;
  passes.push_back(std::move(pass));
  return Ask(run, "init", std::move(passes));
}

absl::StatusOr<PlanStep> AfterBins(Run& run) {
  run.progress.binned = run.context.completed.front().output.content;
  if (run.validate != nullptr) run.progress.validate = run.context.completed.back().output.content;
  if (!run.options.squared) return AskInit(run);
  PassSpec pass = BlockPass(run, "boost.stats", *run.input, run.progress.binned);
  pass.reducer = "gradient_sum";
  pass.label = "mean and deviation of the label";
  std::vector<PassSpec> passes;
  passes.push_back(std::move(pass));
  return Ask(run, "stats", std::move(passes));
}

absl::StatusOr<PlanStep> AfterStats(Run& run) {
  MOTE_ASSIGN_OR_RETURN(const GradientSums sums, DecodeGradients(run.context.completed.front().root.bytes));
  if (sums.count() != 1) return absl::InvalidArgumentError("boost.stats: an engine answered other sums");
  float squares = 0;
  std::memcpy(&squares, sums.values.data(), sizeof(squares));
  run.progress.mean = sums.loss / static_cast<double>(sums.rows);
  const double variance =
      static_cast<double>(squares) / static_cast<double>(sums.rows) - run.progress.mean * run.progress.mean;
  if (!std::isfinite(variance)) {
    return absl::InvalidArgumentError("input: the labels are too large for squared loss; scale them first");
  }
  run.progress.scale = variance > 0 ? std::sqrt(variance) : 1.0;
  return AskInit(run);
}

// The next level, with the validation of the last round's model beside the first one.
PlanStep AskLevel(Run& run, bool validates) {
  std::vector<PassSpec> passes;
  passes.push_back(HistogramPass(run));
  if (validates) passes.push_back(EvaluatePass(run));
  PlanStep step = Ask(run, "level", std::move(passes));
  step.is_volatile = true;
  return step;
}

PlanStep AskUpdate(Run& run) {
  PassSpec pass = OneTask("boost.update", {{"settings", SettingsOf(run)}});
  pass.inputs.emplace("model", Value{{}, run.progress.model});
  AddLevels(run, &pass);
  pass.label = absl::StrCat("round ", run.progress.round + 1, ", trees");
  std::vector<PassSpec> passes;
  passes.push_back(std::move(pass));
  PlanStep step = Ask(run, "update", std::move(passes));
  step.is_volatile = true;
  return step;
}

absl::StatusOr<PlanStep> AskGain(Run& run) {
  PassSpec pass = OneTask("trees.gain", Json::object());
  const BoostProgress& progress = run.progress;
  pass.inputs.emplace("model", Value{{}, progress.best_model ? progress.best_model : progress.model});
  pass.finish = true;
  pass.label = "gain of the features";
  std::vector<PassSpec> passes;
  passes.push_back(std::move(pass));
  return Ask(run, "gain", std::move(passes));
}

// Takes the validation loss of the last round's model; true: it is time to stop.
absl::StatusOr<bool> TakeLoss(Run& run, const CompletedPass& done) {
  BoostProgress& progress = run.progress;
  if (done.absent_all) {
    return absl::InvalidArgumentError(
        absl::StrCat("the validation after round ", progress.round, " was quarantined; see its cause"));
  }
  MOTE_ASSIGN_OR_RETURN(const GradientSums sums, DecodeGradients(done.root.bytes));
  const double loss = sums.loss / static_cast<double>(sums.rows);
  if (!std::isfinite(loss)) {
    return absl::InvalidArgumentError(absl::StrCat("boosting diverged in round ", progress.round,
                                                   ": the validation loss is ", loss,
                                                   "; lower learning_rate=", run.options.learning_rate));
  }
  progress.losses.push_back(loss);
  const int64_t round = progress.round - 1;
  if (progress.best_round < 0 || loss < progress.best_loss) {
    progress.best_round = round;
    progress.best_loss = loss;
    if (run.options.patience > 0) progress.best_model = progress.model;
  }
  return run.options.patience > 0 && round - progress.best_round >= run.options.patience;
}

absl::StatusOr<PlanStep> AfterLevel(Run& run) {
  const std::vector<CompletedPass>& completed = run.context.completed;
  BoostProgress& progress = run.progress;
  if (completed.size() > 1) {
    MOTE_ASSIGN_OR_RETURN(const bool stop, TakeLoss(run, completed[1]));
    if (stop) {
      progress.levels.clear();
      return AskGain(run);
    }
  }
  if (completed[0].absent_all) {
    return absl::InvalidArgumentError(
        absl::StrCat("every task of round ", progress.round + 1, " was quarantined: there are no histograms"));
  }
  progress.levels.push_back(completed[0].output.content);
  if (static_cast<int64_t>(progress.levels.size()) < run.options.depth) return AskLevel(run, false);
  return AskUpdate(run);
}

absl::StatusOr<PlanStep> AfterUpdate(Run& run) {
  BoostProgress& progress = run.progress;
  MOTE_ASSIGN_OR_RETURN(const Json answer,
                        DocumentOf(run.context.completed[0], absl::StrCat("the trees of round ", progress.round + 1)));
  MOTE_ASSIGN_OR_RETURN(progress.model, ArtifactOf(answer, "model"));
  progress.grown = answer.value("grown", true);
  progress.levels.clear();
  ++progress.round;
  // Trees without splits change nothing, and so do all after them.
  if (progress.round < run.options.rounds && progress.grown) return AskLevel(run, run.validate != nullptr);
  if (run.validate == nullptr) return AskGain(run);
  std::vector<PassSpec> passes;
  passes.push_back(EvaluatePass(run));
  PlanStep step = Ask(run, "evaluate", std::move(passes));
  step.is_volatile = true;
  return step;
}

PlanStep Yield(Run& run) {
  const BoostProgress& progress = run.progress;
  Json rounds = Json::array();
  for (const double loss : progress.losses) rounds.push_back({{"round", rounds.size() + 1}, {"validation_loss", loss}});
  const int64_t kept = progress.best_model ? progress.best_round + 1 : progress.round;
  Json history{{"rounds", std::move(rounds)},  {"rows", run.input->rows},      {"features", run.table.width},
               {"classes", progress.classes},  {"rounds_run", progress.round}, {"kept_rounds", kept},
               {"trees", kept * run.outputs()}};
  if (progress.best_round >= 0) history["best_round"] = progress.best_round + 1;
  PlanStep step;
  step.memo = "{}";
  const ArtifactRef model = progress.best_model ? *progress.best_model : *progress.model;
  step.outputs.emplace("model", BlobOutput(model, kTreesModel));
  step.outputs.emplace("history", DocumentOutput(history));
  step.outputs.emplace("gain", run.context.completed.front().output);
  return step;
}

OperationDescription DescribeBoost() {
  OperationDescription description;
  description.name = "boost";
  description.summary =
      "Trains gradient-boosted trees on columns x and label of a prepared table; a level's histograms are summed over "
      "blocks of rows";
  description.parameters = {
      Declare(
          "loss", Kind::kText, "\"logistic\"",
          "logistic (classes; of more than two, a tree for each in every round), or squared (the label as a number)"),
      Declare("rounds", Kind::kInteger, "100", "1 to 4000"),
      Declare("learning_rate", Kind::kNumber, "0.1", "what a tree counts"),
      Declare("depth", Kind::kInteger, "6", "levels of splits of a tree, 1 to 12"),
      Declare("rows_min", Kind::kInteger, "20", "rows of a leaf at least, estimated from its share of the curvature"),
      Declare("l2", Kind::kNumber, "1", "added to the curvature of a leaf: keeps small leaves small"),
      Declare("gain_min", Kind::kNumber, "0", "a split has to lower the loss by more"),
      Declare("bins", Kind::kInteger, "255", "values of a feature that are told apart, by quantiles, 2 to 256"),
      Declare("validate", Kind::kReference, "", "table to measure the loss on after each round, such as clean.dev"),
      Declare("patience", Kind::kInteger, "0",
              "stop after so many rounds without a lower validation loss, and keep the best model; 0: run all rounds"),
  };
  for (Parameter& parameter : description.parameters) parameter.optional = parameter.name == "validate";
  description.outputs = {"model", "history", "gain"};
  description.kinds = {
      {"model", OutputKind::kBlob}, {"history", OutputKind::kDocument}, {"gain", OutputKind::kDocument}};
  description.task_shape = "so many rows whose histograms are built; default 65536";
  return description;
}

class BoostPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override { return BoostOptions::Parse(parameters).status(); }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    MOTE_ASSIGN_OR_RETURN(Run run, OpenRun(context));
    const std::string phase = run.progress.phase;
    if (phase.empty()) return First(run);
    if (context.completed.empty()) return absl::InternalError("boost: asked for a next step with no pass complete");
    if (phase == "count") return AskBins(run);
    if (phase == "bin") return AfterBins(run);
    if (phase == "stats") return AfterStats(run);
    if (phase == "init") {
      MOTE_ASSIGN_OR_RETURN(const Json answer, DocumentOf(context.completed[0], "the first model"));
      MOTE_ASSIGN_OR_RETURN(run.progress.model, ArtifactOf(answer, "model"));
      run.progress.edges = Value();
      return AskLevel(run, false);
    }
    if (phase == "level") return AfterLevel(run);
    if (phase == "update") return AfterUpdate(run);
    if (phase == "evaluate") {
      MOTE_RETURN_IF_ERROR(TakeLoss(run, context.completed[0]).status());
      return AskGain(run);
    }
    return Yield(run);
  }

 private:
  const OperationDescription description_ = DescribeBoost();
};

}  // namespace

std::unique_ptr<Planner> MakeBoostPlanner() { return std::make_unique<BoostPlanner>(); }

}  // namespace mote::coordinator
