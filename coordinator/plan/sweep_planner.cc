#include "coordinator/plan/sweep_planner.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/measure.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/sweep_progress.h"
#include "coordinator/plan/sweep_space.h"
#include "coordinator/plan/tree_settings.h"

namespace mote::coordinator {
namespace {

using Kind = Parameter::Kind;

// Trials under way at once: enough to keep slots busy, few enough for the memo.
constexpr size_t kRunsAtOnce = 8;
constexpr int64_t kFoldRowsPerTask = 65536;

OperationDescription DescribeSweep() {
  OperationDescription description;
  description.name = "sweep";
  description.summary =
      "Trials of another operation, measured and compared (planned for stages with over and select; a job file does "
      "not name it)";
  description.parameters = {
      Declare("of", Kind::kText, "\"\"", "the operation of the trials"),
      Declare("with", Kind::kObject, "{}", "its parameters, as the stage has them"),
      Declare("over", Kind::kObject, "", "what trials differ in"),
      Declare("select", Kind::kObject, "", "by which measure the best one is found"),
      Declare("measure", Kind::kReference, "", "table that trials are measured on"),
      Declare("validate", Kind::kReference, "", "the parameter validate of the trials"),
  };
  for (Parameter& parameter : description.parameters) parameter.optional = parameter.kind == Kind::kReference;
  description.outputs = {"model", "history", "gain", "trials"};
  description.kinds = {{"model", OutputKind::kBlob},
                       {"history", OutputKind::kDocument},
                       {"gain", OutputKind::kDocument},
                       {"trials", OutputKind::kDocument}};
  description.task_shape = "as in the operation of the trials";
  return description;
}

// Everything that the phases need, read once per call of Next.
struct Sweep {
  Sweep(const PlanContext& plan_context, const PlannerTable& table) : context(plan_context), planners(table) {}

  const PlanContext& context;
  const PlannerTable& planners;
  SweepSpace space;
  SweepProgress progress;

  int64_t folds() const { return std::max<int64_t>(space.folds, 1); }
  int64_t runs_of_rung() const { return static_cast<int64_t>(progress.entries.size()) * folds(); }
  bool last_rung() const { return progress.rung + 1 == static_cast<int64_t>(space.rungs.size()); }
};

size_t TrialIndex(const Sweep& sweep, const SweepRun& run) {
  return static_cast<size_t>(sweep.progress.entries[static_cast<size_t>(run.entry)]);
}

const Trial& TrialOf(const Sweep& sweep, const SweepRun& run) { return sweep.space.trials[TrialIndex(sweep, run)]; }

// The inputs of a trial's planner.
Outputs InputsOf(const Sweep& sweep, const SweepRun& run) {
  Outputs inputs;
  const bool on_fold = sweep.space.folds > 0 && sweep.progress.phase == "trials";
  const auto fold = static_cast<size_t>(2 * run.fold);
  if (run.scoring) {
    inputs["input"] = on_fold ? sweep.progress.folds[fold + 1] : sweep.context.inputs.at("measure");
    inputs["model"] = run.outputs.at("model");
    return inputs;
  }
  inputs["input"] = on_fold ? sweep.progress.folds[fold] : sweep.context.inputs.at("input");
  if (TrialOf(sweep, run).validates) inputs["validate"] = sweep.context.inputs.at("validate");
  return inputs;
}

Json ParametersOf(const Sweep& sweep, const SweepRun& run) {
  Json parameters = sweep.space.ParametersOf(TrialIndex(sweep, run), static_cast<size_t>(sweep.progress.rung));
  if (TrialOf(sweep, run).validates) parameters["validate"] = sweep.context.parameters.at("validate");
  return parameters;
}

// What a run's planner wants next.
absl::StatusOr<PlanStep> AskRun(const Sweep& sweep, const SweepRun& run, const std::vector<CompletedPass>& completed) {
  const Outputs inputs = InputsOf(sweep, run);
  if (!run.scoring) {
    const Json parameters = ParametersOf(sweep, run);
    const Planner* planner = sweep.planners.Find(TrialOf(sweep, run).operation);
    return planner->Next(
        {sweep.context.stage_name, parameters, sweep.context.tasks, sweep.context.reduce, inputs, run.memo, completed});
  }
  const Planner* infer = sweep.planners.Find("infer");
  Json parameters{{"model", "trial.model"}};
  MOTE_RETURN_IF_ERROR(ToStatus(CheckParameters(infer->description().parameters, &parameters)));
  const ReduceSpec reduce{"classification_report", R"({"label":"label"})"};
  const TaskShape whole;
  return infer->Next({sweep.context.stage_name, parameters, whole, reduce, inputs, run.memo, completed});
}

bool IsBetter(const SweepSpace& space, double score, double than) { return space.least ? score < than : score > than; }

double MeanOf(const std::vector<std::optional<double>>& scores) {
  double sum = 0;
  for (const std::optional<double>& score : scores) sum += score.value_or(0);
  return sum / static_cast<double>(scores.size());
}

// Takes the measure of a run whose report is there.
absl::Status TakeScore(Sweep& sweep, SweepRun& run, const Output& report) {
  SweepProgress& progress = sweep.progress;
  if (report.content.artifact) return absl::ResourceExhaustedError("sweep: a report is too large to compare trials by");
  MOTE_ASSIGN_OR_RETURN(const Json document, ParseJson(report.content.bytes));
  MOTE_ASSIGN_OR_RETURN(const double score, MeasureOf(document, sweep.space.metric, "select.by"));
  progress.scores[static_cast<size_t>(run.entry)][static_cast<size_t>(run.fold)] = score;
  if (sweep.space.folds > 0 || !sweep.last_rung()) return absl::OkStatus();
  const int64_t trial = progress.entries[static_cast<size_t>(run.entry)];
  const bool first = progress.best_trial < 0;
  const bool equal_and_before = score == progress.best_score && trial < progress.best_trial;
  if (!first && !IsBetter(sweep.space, score, progress.best_score) && !equal_and_before) return absl::OkStatus();
  progress.best_trial = trial;
  progress.best_score = score;
  progress.best = std::move(run.outputs);
  return absl::OkStatus();
}

class SweepPlanner final : public Planner {
 public:
  explicit SweepPlanner(const PlannerTable& planners) : planners_(planners) {}

  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    return SweepSpace::Parse(parameters, planners_).status();
  }

  // What all trials yield, and the leaderboard.
  std::vector<std::string> OutputNames(const Json& parameters) const override {
    std::vector<std::string> names;
    const absl::StatusOr<SweepSpace> space = SweepSpace::Parse(parameters, planners_);
    if (space.ok()) names = CommonOutputs(*space);
    names.push_back("trials");
    return names;
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    Sweep sweep(context, planners_);
    MOTE_ASSIGN_OR_RETURN(sweep.space, SweepSpace::Parse(context.parameters, planners_));
    if (context.memo.empty()) return First(sweep);
    MOTE_ASSIGN_OR_RETURN(sweep.progress, SweepProgress::Decode(context.memo));
    if (sweep.progress.phase == "folds") return AfterFolds(sweep);
    return GoOn(sweep);
  }

 private:
  std::vector<std::string> CommonOutputs(const SweepSpace& space) const {
    std::vector<std::string> names;
    for (const std::string& name : planners_.Find(space.trials[0].operation)->description().outputs) {
      const bool all = std::all_of(space.trials.begin(), space.trials.end(), [&](const Trial& trial) {
        const std::vector<std::string>& others = planners_.Find(trial.operation)->description().outputs;
        return std::find(others.begin(), others.end(), name) != others.end();
      });
      if (all) names.push_back(name);
    }
    return names;
  }

  absl::StatusOr<PlanStep> First(Sweep& sweep) const {
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(sweep.context));
    if (sweep.space.folds == 0) {
      MOTE_RETURN_IF_ERROR(TableInput(sweep.context, "measure").status());
      return BeginRung(sweep, AllTrials(sweep.space));
    }
    if (input->rows < sweep.space.folds) {
      return absl::InvalidArgumentError(
          absl::StrCat("select.folds: ", input->rows, " rows do not make ", sweep.space.folds, " folds"));
    }
    PlanStep step;
    for (int64_t fold = 0; fold < sweep.space.folds; ++fold) {
      for (const bool held_out : {false, true}) step.passes.push_back(FoldPass(sweep, *input, fold, held_out));
    }
    sweep.progress.phase = "folds";
    step.memo = sweep.progress.Encode();
    step.progress = absl::StrCat("cutting ", sweep.space.folds, " folds");
    return step;
  }

  static PassSpec FoldPass(const Sweep& sweep, const Output& input, int64_t fold, bool held_out) {
    PassSpec pass;
    pass.kernel = "fold_rows";
    pass.parameters = Json{{"rows_per_task", kFoldRowsPerTask},
                           {"folds", sweep.space.folds},
                           {"fold", fold},
                           {"held_out", held_out},
                           {"seed", sweep.space.seed}}
                          .dump();
    pass.task_count = std::max<int64_t>((input.rows + kFoldRowsPerTask - 1) / kFoldRowsPerTask, 1);
    pass.reducer = "concat";
    pass.inputs.emplace("input", input.content);
    pass.label = absl::StrCat("fold ", fold + 1, held_out ? ", held out" : "");
    return pass;
  }

  absl::StatusOr<PlanStep> AfterFolds(Sweep& sweep) const {
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(sweep.context));
    for (const CompletedPass& done : sweep.context.completed) {
      sweep.progress.folds.push_back(done.output);
      sweep.progress.folds.back().schema = input->schema;  // the features' names
    }
    return BeginRung(sweep, AllTrials(sweep.space));
  }

  static std::vector<int64_t> AllTrials(const SweepSpace& space) {
    std::vector<int64_t> trials(space.trials.size());
    std::iota(trials.begin(), trials.end(), int64_t{0});
    return trials;
  }

  absl::StatusOr<PlanStep> BeginRung(Sweep& sweep, std::vector<int64_t> entries) const {
    SweepProgress& progress = sweep.progress;
    progress.phase = "trials";
    progress.entries = std::move(entries);
    progress.begun = 0;
    progress.scores.assign(progress.entries.size(),
                           std::vector<std::optional<double>>(static_cast<size_t>(sweep.folds())));
    PlanStep step;
    step.is_volatile = true;
    step.checkpoint = true;
    return Collect(sweep, std::move(step));
  }

  // Every run that is under way takes its step.
  absl::StatusOr<PlanStep> GoOn(Sweep& sweep) const {
    PlanStep step;
    step.is_volatile = true;
    auto completed = sweep.context.completed.begin();
    std::vector<SweepRun> runs = std::move(sweep.progress.runs);
    sweep.progress.runs.clear();
    for (SweepRun& run : runs) {
      const std::vector<CompletedPass> own(completed, completed + run.passes);
      completed += run.passes;
      MOTE_RETURN_IF_ERROR(Step(sweep, std::move(run), own, &step));
    }
    return Collect(sweep, std::move(step));
  }

  // One step of a run; a run that is over is dropped.
  static absl::Status Step(Sweep& sweep, SweepRun run, std::vector<CompletedPass> completed, PlanStep* step) {
    while (true) {
      MOTE_ASSIGN_OR_RETURN(PlanStep next, AskRun(sweep, run, completed));
      if (!next.passes.empty()) {
        run.memo = std::move(next.memo);
        run.passes = static_cast<int64_t>(next.passes.size());
        for (PassSpec& pass : next.passes) {
          pass.label = absl::StrCat("trial ", TrialIndex(sweep, run) + 1, ": ", run.scoring ? "measure" : pass.label);
          step->passes.push_back(std::move(pass));
        }
        step->is_volatile = step->is_volatile && (next.is_volatile || run.scoring);
        step->checkpoint = step->checkpoint || next.checkpoint;
        step->tasks_to_come += next.tasks_to_come;
        step->artifacts.insert(step->artifacts.end(), next.artifacts.begin(), next.artifacts.end());
        step->apart.insert(step->apart.end(), next.apart.begin(), next.apart.end());
        sweep.progress.runs.push_back(std::move(run));
        return absl::OkStatus();
      }
      run.memo.clear();
      completed.clear();
      if (run.scoring) return TakeScore(sweep, run, next.outputs.at("result"));
      run.outputs = std::move(next.outputs);
      if (sweep.progress.phase == "refit") {
        sweep.progress.best = std::move(run.outputs);
        return absl::OkStatus();
      }
      run.scoring = true;
    }
  }

  // Begins runs while there is room; ends the rung once all are over.
  absl::StatusOr<PlanStep> Collect(Sweep& sweep, PlanStep step) const {
    SweepProgress& progress = sweep.progress;
    while (progress.phase == "trials" && progress.runs.size() < kRunsAtOnce && progress.begun < sweep.runs_of_rung()) {
      SweepRun run;
      run.entry = progress.begun / sweep.folds();
      run.fold = progress.begun % sweep.folds();
      ++progress.begun;
      MOTE_RETURN_IF_ERROR(Step(sweep, std::move(run), {}, &step));
    }
    if (progress.runs.empty()) return progress.phase == "refit" ? Yield(sweep) : EndRung(sweep);
    step.memo = progress.Encode();
    const std::vector<ArtifactRef> own = progress.artifacts();
    step.artifacts.insert(step.artifacts.end(), own.begin(), own.end());
    std::sort(step.artifacts.begin(), step.artifacts.end());
    step.artifacts.erase(std::unique(step.artifacts.begin(), step.artifacts.end()), step.artifacts.end());
    step.progress = Describe(sweep);
    return step;
  }

  static std::string Describe(const Sweep& sweep) {
    const SweepProgress& progress = sweep.progress;
    if (progress.phase == "refit") return "the best trial again, on all rows";
    const int64_t done = progress.begun - static_cast<int64_t>(progress.runs.size());
    std::string text = absl::StrCat(done, " of ", sweep.runs_of_rung(), " trials");
    if (sweep.space.rungs.size() > 1) {
      text = absl::StrCat("rung ", progress.rung + 1, " of ", sweep.space.rungs.size(), ": ", text);
    }
    if (progress.best_trial >= 0) {
      absl::StrAppend(&text, ", best ", sweep.space.metric, " ", absl::StrFormat("%.4f", progress.best_score));
    }
    return text;
  }

  // The rung's trials, the best first; of equals the first.
  static std::vector<size_t> Ranked(const Sweep& sweep) {
    std::vector<size_t> order(sweep.progress.entries.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return IsBetter(sweep.space, MeanOf(sweep.progress.scores[a]), MeanOf(sweep.progress.scores[b]));
    });
    return order;
  }

  absl::StatusOr<PlanStep> EndRung(Sweep& sweep) const {
    SweepProgress& progress = sweep.progress;
    const std::vector<size_t> order = Ranked(sweep);
    const size_t kept = sweep.last_rung() ? order.size() : sweep.space.Kept(order.size());
    Json rows = Json::array();
    for (size_t place = 0; place < order.size(); ++place) {
      if (sweep.last_rung() || place >= kept) rows.push_back(RowOf(sweep, order[place]));
    }
    // Those that came further stand before those that did not.
    for (const Json& row : progress.board) rows.push_back(row);
    progress.board = std::move(rows);
    if (!sweep.last_rung()) {
      std::vector<int64_t> entries;
      for (size_t place = 0; place < kept; ++place) entries.push_back(progress.entries[order[place]]);
      std::sort(entries.begin(), entries.end());
      ++progress.rung;
      return BeginRung(sweep, std::move(entries));
    }
    if (sweep.space.folds == 0) return Yield(sweep);
    progress.best_trial = progress.entries[order[0]];
    progress.best_score = MeanOf(progress.scores[order[0]]);
    progress.phase = "refit";
    SweepRun run;
    run.entry = static_cast<int64_t>(order[0]);
    PlanStep step;
    step.is_volatile = true;
    step.checkpoint = true;
    MOTE_RETURN_IF_ERROR(Step(sweep, std::move(run), {}, &step));
    return Collect(sweep, std::move(step));
  }

  static Json RowOf(const Sweep& sweep, size_t entry) {
    const SweepProgress& progress = sweep.progress;
    const auto trial = static_cast<size_t>(progress.entries[entry]);
    Json row{{"trial", trial + 1},
             {"operation", sweep.space.trials[trial].operation},
             {"varied", sweep.space.trials[trial].varied},
             {sweep.space.metric, MeanOf(progress.scores[entry])}};
    if (sweep.space.rungs.size() > 1) {
      row["rung"] = progress.rung + 1;
      row[sweep.space.resource] = sweep.space.rungs[static_cast<size_t>(progress.rung)].resource;
    }
    if (sweep.space.folds == 0) return row;
    row["folds"] = Json::array();
    for (const std::optional<double>& score : progress.scores[entry]) row["folds"].push_back(score.value_or(0));
    return row;
  }

  absl::StatusOr<PlanStep> Yield(Sweep& sweep) const {
    SweepProgress& progress = sweep.progress;
    PlanStep step;
    step.memo = "{}";
    for (const std::string& name : CommonOutputs(sweep.space)) {
      const auto output = progress.best.find(name);
      if (output != progress.best.end()) step.outputs.emplace(name, output->second);
    }
    const Json trials{{"by", sweep.space.metric}, {"best", progress.best_trial + 1}, {"trials", progress.board}};
    step.outputs.emplace("trials", DocumentOutput(trials));
    return step;
  }

  const PlannerTable& planners_;
  const OperationDescription description_ = DescribeSweep();
};

}  // namespace

std::unique_ptr<Planner> MakeSweepPlanner(const PlannerTable& planners) {
  return std::make_unique<SweepPlanner>(planners);
}

}  // namespace mote::coordinator
