#include "coordinator/plan/importance_planner.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/infer_probe.h"
#include "coordinator/plan/measure.h"
#include "coordinator/plan/plan_memo.h"

namespace mote::coordinator {
namespace {

using Kind = Parameter::Kind;

// Their losses travel in the memo.
constexpr int64_t kPassesMax = 10000;
constexpr int64_t kRepeatsMax = 1000;

OperationDescription DescribeImportance() {
  OperationDescription description;
  description.name = "importance";
  description.summary = "How much worse a model judges rows once it no longer knows a feature, for each feature";
  description.parameters = {
      Declare("model", Kind::kModel, "", "the model, as infer takes it"),
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

// Everything that a step needs, read once per call of Next.
class Importance {
 public:
  static absl::StatusOr<Importance> Open(const PlanContext& context, const Planner& infer) {
    MOTE_ASSIGN_OR_RETURN(const ImportanceSettings settings, ParseSettings(context.parameters));
    ReduceSpec reduce{"classification_report", Json{{"label", settings.label}}.dump()};
    MOTE_ASSIGN_OR_RETURN(InferProbe probe, InferProbe::Open(context, infer, std::move(reduce)));
    Importance run(settings, std::move(probe));
    if (run.passes() > kPassesMax) {
      return absl::InvalidArgumentError(absl::StrCat("repeats: ", run.probe_.groups().size(), " features shuffled ",
                                                     settings.repeats, " times each are more than ", kPassesMax,
                                                     " passes; take fewer repeats"));
    }
    if (context.memo.empty()) return run;
    MOTE_ASSIGN_OR_RETURN(const Json memo, ParseJson(context.memo));
    run.scores_ = memo.at("scores").get<std::vector<double>>();
    return run;
  }

  // One score for each pass: of the rows as they are, then by feature and repetition.
  int64_t passes() const { return 1 + static_cast<int64_t>(probe_.groups().size()) * settings_.repeats; }
  int64_t done() const { return static_cast<int64_t>(scores_.size()); }

  absl::Status TakeScores(const std::vector<CompletedPass>& completed) {
    for (const CompletedPass& done : completed) {
      MOTE_ASSIGN_OR_RETURN(const Output report, probe_.ResultOf(done));
      if (report.content.artifact) return absl::ResourceExhaustedError("importance: the report has too many classes");
      MOTE_ASSIGN_OR_RETURN(const Json document, ParseJson(report.content.bytes));
      MOTE_ASSIGN_OR_RETURN(const double score, MeasureOf(document, settings_.by, "by"));
      scores_.push_back(score);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<PlanStep> GoOn() const {
    MOTE_ASSIGN_OR_RETURN(PlanStep step,
                          InferProbe::NextPasses(done(), passes(), [this](int64_t index) { return PassOf(index); }));
    step.memo = Json{{"scores", scores_}}.dump();
    step.progress = absl::StrCat(std::max<int64_t>(done() - 1, 0) / settings_.repeats, " of ", probe_.groups().size(),
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
  Importance(ImportanceSettings settings, InferProbe probe)
      : settings_(std::move(settings)), probe_(std::move(probe)) {}

  absl::StatusOr<PassSpec> PassOf(int64_t index) const {
    if (index == 0) return probe_.Pass("shuffle", nullptr, "as they are");
    const FeatureGroup& group = probe_.groups()[static_cast<size_t>((index - 1) / settings_.repeats)];
    // Each pass has an order of its own.
    const auto seed = static_cast<uint64_t>(settings_.seed) * kPassesMax + static_cast<uint64_t>(index);
    return probe_.Pass("shuffle", {{"numbers", group.numbers}, {"seed", seed}},
                       absl::StrCat("without ", group.name, ", ", (index - 1) % settings_.repeats + 1));
  }

  Json RowOf(size_t group) const {
    Json row{{"name", probe_.groups()[group].name}, {"losses", Json::array()}};
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
    for (size_t i = 0; i < probe_.groups().size(); ++i) rows.push_back(RowOf(i));
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Json& a, const Json& b) { return a["mean"].get<double>() > b["mean"].get<double>(); });
    return {{"importance_of", settings_.by},
            {"score", scores_[0]},
            {"rows", probe_.rows()},
            {"repeats", settings_.repeats},
            {"features", rows}};
  }

  ImportanceSettings settings_;
  InferProbe probe_;
  std::vector<double> scores_;
};

class ImportancePlanner final : public Planner {
 public:
  explicit ImportancePlanner(const PlannerTable& planners) : planners_(planners) {}

  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    MOTE_RETURN_IF_ERROR(ParseSettings(parameters).status());
    return InferProbe::Validate(parameters, *planners_.Find("infer"));
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    MOTE_ASSIGN_OR_RETURN(Importance run, Importance::Open(context, *planners_.Find("infer")));
    MOTE_RETURN_IF_ERROR(run.TakeScores(context.completed));
    if (run.done() == run.passes()) return run.Yield();
    return run.GoOn();
  }

 private:
  const PlannerTable& planners_;
  const OperationDescription description_ = DescribeImportance();
};

}  // namespace

std::unique_ptr<Planner> MakeImportancePlanner(const PlannerTable& planners) {
  return std::make_unique<ImportancePlanner>(planners);
}

}  // namespace mote::coordinator
