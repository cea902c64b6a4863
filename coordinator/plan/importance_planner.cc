#include "coordinator/plan/importance_planner.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/infer_columns.h"
#include "coordinator/plan/measure.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

using Kind = Parameter::Kind;

// Enough to keep slots busy, few enough to plan with.
constexpr int64_t kPassesAtOnce = 16;
// Their losses travel in the memo.
constexpr int64_t kPassesMax = 10000;
constexpr int64_t kRepeatsMax = 1000;

OperationDescription DescribeImportance() {
  OperationDescription description;
  description.name = "importance";
  description.summary = "How much worse a model judges rows once it no longer knows a feature, for each feature";
  description.parameters = {
      Declare("model", Kind::kAny, "", "the model, as infer takes it"),
      Declare("inputs", Kind::kList, "", "the model's columns, as infer takes them; default [x]"),
      Declare("label", Kind::kText, "\"label\"", "column of the true classes"),
      Declare("by", Kind::kText, "\"roc_auc\"", "measure of classification_report: accuracy, f1_macro, …"),
      Declare("repeats", Kind::kInteger, "5", "times that each feature is shuffled"),
      Declare("seed", Kind::kInteger, "0", "of the shuffling"),
  };
  description.parameters[1].optional = true;
  description.outputs = {"result"};
  description.kinds = {{"model", OutputKind::kBlob}, {"result", OutputKind::kDocument}};
  description.task_shape = "so many rows, one forward batch; default 512";
  return description;
}

struct ImportanceSettings {
  std::string by;
  std::string label;
  int64_t repeats = 1;
  int64_t seed = 0;
};

absl::StatusOr<ImportanceSettings> ParseSettings(const Json& parameters) {
  ImportanceSettings settings;
  settings.by = parameters.at("by").get<std::string>();
  settings.label = parameters.at("label").get<std::string>();
  settings.repeats = parameters.at("repeats").get<int64_t>();
  settings.seed = parameters.at("seed").get<int64_t>();
  if (settings.repeats < 1 || settings.repeats > kRepeatsMax) {
    return absl::InvalidArgumentError(absl::StrCat("repeats: ", settings.repeats, " is not in 1 to ", kRepeatsMax));
  }
  if (settings.seed < 0) {
    return absl::InvalidArgumentError(absl::StrCat("seed: ", settings.seed, " is not an integer from 0"));
  }
  return settings;
}

// What infer is asked for.
Json InferParametersOf(const Json& parameters) {
  Json infer{{"model", parameters.at("model")}, {"outputs", {"scores"}}, {"on_bad_row", "fail"}};
  if (parameters.contains("inputs")) infer["inputs"] = parameters["inputs"];
  return infer;
}

// Everything that a step needs, read once per call of Next.
class Importance {
 public:
  static absl::StatusOr<Importance> Open(const PlanContext& context, const Planner& infer) {
    Importance run(context, infer);
    MOTE_ASSIGN_OR_RETURN(run.settings_, ParseSettings(context.parameters));
    MOTE_ASSIGN_OR_RETURN(run.input_, TableInput(context));
    run.infer_parameters_ = InferParametersOf(context.parameters);
    MOTE_RETURN_IF_ERROR(ToStatus(CheckParameters(infer.description().parameters, &run.infer_parameters_)));
    MOTE_RETURN_IF_ERROR(run.FindGroups());
    if (context.memo.empty()) return run;
    MOTE_ASSIGN_OR_RETURN(const Json memo, ParseJson(context.memo));
    run.scores_ = memo.at("scores").get<std::vector<double>>();
    return run;
  }

  // One score for each pass: of the rows as they are, then by feature and repetition.
  int64_t passes() const { return 1 + static_cast<int64_t>(groups_.size()) * settings_.repeats; }
  int64_t done() const { return static_cast<int64_t>(scores_.size()); }

  absl::Status TakeScores() {
    for (const CompletedPass& done : context_.completed) {
      if (done.absent_count > 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("importance: ", done.absent_count,
                         " tasks of a measurement are quarantined, and measures of "
                         "other rows do not compare; see their causes with `mote explain`"));
      }
      MOTE_ASSIGN_OR_RETURN(const PlanStep step, Ask({done}));
      const Output& report = step.outputs.at("result");
      if (report.content.artifact) return absl::ResourceExhaustedError("importance: the report has too many classes");
      MOTE_ASSIGN_OR_RETURN(const Json document, ParseJson(report.content.bytes));
      MOTE_ASSIGN_OR_RETURN(const double score, MeasureOf(document, settings_.by, "by"));
      scores_.push_back(score);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<PlanStep> GoOn() const {
    PlanStep step;
    step.memo = Json{{"scores", scores_}}.dump();
    const int64_t end = std::min(passes(), done() + kPassesAtOnce);
    int64_t tasks = 0;
    for (int64_t i = done(); i < end; ++i) {
      MOTE_ASSIGN_OR_RETURN(PassSpec pass, PassOf(i));
      tasks = pass.task_count;
      step.passes.push_back(std::move(pass));
    }
    step.tasks_to_come = (passes() - end) * tasks;
    step.progress = absl::StrCat(std::max<int64_t>(done() - 1, 0) / settings_.repeats, " of ", groups_.size(),
                                 " features measured");
    return step;
  }

  PlanStep Yield() const {
    PlanStep step;
    step.memo = "{}";
    step.outputs.emplace("result", DocumentOutput(Document()));
    return step;
  }

 private:
  Importance(const PlanContext& context, const Planner& infer) : context_(context), infer_(infer) {}

  absl::Status FindGroups() {
    MOTE_ASSIGN_OR_RETURN(const Schema schema, TableSchema(*input_));
    MOTE_ASSIGN_OR_RETURN(const InferColumns columns, ResolveInferColumns(infer_parameters_, schema));
    if (columns.inputs.size() != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("inputs: ", columns.inputs.size(), " batches; importance is of a model that takes one"));
    }
    std::vector<std::string> names = FeatureNames(schema, columns.inputs[0]);
    if (names.empty()) names = PlacesOf(schema, columns.inputs[0]);
    groups_ = GroupFeatures(names);
    if (passes() <= kPassesMax) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("repeats: ", groups_.size(), " features shuffled ",
                                                   settings_.repeats, " times each are more than ", kPassesMax,
                                                   " passes; take fewer repeats"));
  }

  // What elements without names are called: "x[3]".
  static std::vector<std::string> PlacesOf(const Schema& schema, const std::vector<std::string>& columns) {
    std::vector<std::string> names;
    for (const std::string& name : columns) {
      const int64_t width = schema.columns[*schema.Find(name)].width;
      for (int64_t i = 0; i < width; ++i) names.push_back(width == 1 ? name : absl::StrCat(name, "[", i, "]"));
    }
    return names;
  }

  absl::StatusOr<PlanStep> Ask(const std::vector<CompletedPass>& completed) const {
    const ReduceSpec reduce{"classification_report", Json{{"label", settings_.label}}.dump()};
    return infer_.Next(
        {context_.stage_name, infer_parameters_, context_.tasks, reduce, context_.inputs, "", completed});
  }

  absl::StatusOr<PassSpec> PassOf(int64_t index) const {
    MOTE_ASSIGN_OR_RETURN(PlanStep step, Ask({}));
    PassSpec pass = std::move(step.passes.at(0));
    pass.label = "as they are";
    if (index == 0) return pass;
    const FeatureGroup& group = groups_[static_cast<size_t>((index - 1) / settings_.repeats)];
    MOTE_ASSIGN_OR_RETURN(Json parameters, ParseJson(pass.parameters));
    // Each pass has an order of its own.
    const auto seed = static_cast<uint64_t>(settings_.seed) * kPassesMax + static_cast<uint64_t>(index);
    parameters["shuffle"] = {{"numbers", group.numbers}, {"seed", seed}};
    pass.parameters = parameters.dump();
    pass.label = absl::StrCat("without ", group.name, ", ", (index - 1) % settings_.repeats + 1);
    return pass;
  }

  Json RowOf(size_t group) const {
    Json row{{"name", groups_[group].name}, {"losses", Json::array()}};
    const double sign = IsLoss(settings_.by) ? -1 : 1;
    const auto repeats = static_cast<double>(settings_.repeats);
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < settings_.repeats; ++i) {
      const double score = scores_[static_cast<size_t>(1 + static_cast<int64_t>(group) * settings_.repeats + i)];
      const double loss = sign * (scores_[0] - score);
      row["losses"].push_back(loss);
      sum += loss;
    }
    const double mean = sum / repeats;
    for (const Json& loss : row["losses"]) squares += (loss.get<double>() - mean) * (loss.get<double>() - mean);
    row["mean"] = mean;
    row["deviation"] = settings_.repeats > 1 ? std::sqrt(squares / (repeats - 1)) : 0.0;
    return row;
  }

  Json Document() const {
    std::vector<Json> rows;
    for (size_t i = 0; i < groups_.size(); ++i) rows.push_back(RowOf(i));
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Json& a, const Json& b) { return a["mean"].get<double>() > b["mean"].get<double>(); });
    return {{"importance_of", settings_.by},
            {"score", scores_[0]},
            {"rows", input_->rows},
            {"repeats", settings_.repeats},
            {"features", rows}};
  }

  const PlanContext& context_;
  const Planner& infer_;
  ImportanceSettings settings_;
  const Output* input_ = nullptr;
  Json infer_parameters_;
  std::vector<FeatureGroup> groups_;
  std::vector<double> scores_;
};

class ImportancePlanner final : public Planner {
 public:
  explicit ImportancePlanner(const PlannerTable& planners) : planners_(planners) {}

  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    MOTE_RETURN_IF_ERROR(ParseSettings(parameters).status());
    const Planner& infer = *planners_.Find("infer");
    Json infer_parameters = InferParametersOf(parameters);
    MOTE_RETURN_IF_ERROR(ToStatus(CheckParameters(infer.description().parameters, &infer_parameters)));
    return infer.Validate(infer_parameters);
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    MOTE_ASSIGN_OR_RETURN(Importance run, Importance::Open(context, *planners_.Find("infer")));
    MOTE_RETURN_IF_ERROR(run.TakeScores());
    if (run.done() == run.passes()) return run.Yield();
    return run.GoOn();
  }

 private:
  const PlannerTable& planners_;
  const OperationDescription description_ = DescribeImportance();
};

}  // namespace

std::vector<FeatureGroup> GroupFeatures(const std::vector<std::string>& names) {
  std::vector<FeatureGroup> groups;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i];
    // A bucket's name ends with its number, a category's may hold anything.
    const size_t equals = name.find('=');
    const size_t bucket = name.find_last_not_of("0123456789");
    const bool hashed = bucket != std::string_view::npos && bucket + 1 < name.size() && name[bucket] == '#';
    std::string column(name.substr(0, equals != std::string_view::npos ? equals : hashed ? bucket : name.size()));
    const bool whole = column.size() == name.size();
    if (whole || groups.empty() || groups.back().name != column) groups.push_back({std::move(column), {}});
    groups.back().numbers.push_back(static_cast<int64_t>(i));
  }
  return groups;
}

std::unique_ptr<Planner> MakeImportancePlanner(const PlannerTable& planners) {
  return std::make_unique<ImportancePlanner>(planners);
}

}  // namespace mote::coordinator
