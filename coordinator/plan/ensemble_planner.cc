#include "coordinator/plan/ensemble_planner.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/model_format.h"
#include "common/reducers/mean.h"
#include "common/status_macros.h"
#include "coordinator/plan/ask_infer.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/tree_table.h"

namespace mote::coordinator {
namespace {

constexpr size_t kModelsMax = 64;
constexpr int64_t kStepsMax = 100000;
// Weights that move less in a step are found.
constexpr double kEnough = 1e-6;

OperationDescription DescribeEnsemble() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "ensemble";
  description.summary =
      "Several models as one: the weighted sum of their scores, with the weights that fit the rows best";
  description.parameters = {
      Declare("models", Kind::kReferences, "", "the models, of train, forest, boost or a stage with over"),
      Declare("inputs", Kind::kList, "", "the models' columns, as infer takes them; default [x]"),
      Declare("label", Kind::kText, "\"label\"", "column of the true classes"),
      Declare("steps", Kind::kInteger, "500", "at most so many to find the weights; 0: each weighs the same"),
  };
  description.parameters[1].optional = true;
  description.outputs = {"model", "weights"};
  description.kinds = {{"models", OutputKind::kBlob}, {"model", OutputKind::kBlob}, {"weights", OutputKind::kDocument}};
  description.task_shape = "so many rows, one forward batch; default 512";
  return description;
}

std::string PathOf(size_t model) { return absl::StrCat("models[", model, "]"); }

// What is known after a pass; the planner's memory.
struct Progress {
  std::string doing;  // "pack", "score", "fit", "keep"
  std::vector<double> weights;
  int64_t steps = 0;
  // What the models make of the rows.
  Value scores;
  int64_t rows = 0, bytes = 0;
  // Mean −log of the probability of a row's own class: each model's, that of all with equal
  // weights, and that of the newest ones.
  std::vector<double> losses;
  double equal_loss = 0, loss = 0;

  Json ToJson() const {
    return {{"doing", doing}, {"weights", weights}, {"steps", steps},   {"scores", EncodeValue(scores)},
            {"rows", rows},   {"bytes", bytes},     {"losses", losses}, {"equal_loss", equal_loss},
            {"loss", loss}};
  }

  static absl::StatusOr<Progress> Parse(std::string_view memo) {
    MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(std::string(memo)));
    Progress progress;
    json.at("doing").get_to(progress.doing);
    json.at("weights").get_to(progress.weights);
    json.at("steps").get_to(progress.steps);
    MOTE_ASSIGN_OR_RETURN(progress.scores, DecodeValue(json.at("scores")));
    json.at("rows").get_to(progress.rows);
    json.at("bytes").get_to(progress.bytes);
    json.at("losses").get_to(progress.losses);
    json.at("equal_loss").get_to(progress.equal_loss);
    json.at("loss").get_to(progress.loss);
    return progress;
  }
};

class EnsemblePlanner final : public Planner {
 public:
  explicit EnsemblePlanner(const PlannerTable& planners) : planners_(planners) {}

  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    const size_t models = parameters.at("models").size();
    if (models < 2 || models > kModelsMax) {
      return absl::InvalidArgumentError(absl::StrCat("models: ", models, " are not 2 to ", kModelsMax));
    }
    const auto steps = parameters.at("steps").get<int64_t>();
    if (steps < 0 || steps > kStepsMax) {
      return absl::InvalidArgumentError(absl::StrCat("steps: ", steps, " is not in 0 to ", kStepsMax));
    }
    MOTE_ASSIGN_OR_RETURN(const Json asked, AskedOfInfer(parameters));
    return Infer().Validate(asked);
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (context.memo.empty()) return Begin(context);
    MOTE_ASSIGN_OR_RETURN(Progress progress, Progress::Parse(context.memo));
    const CompletedPass& done = context.completed.at(0);
    if (done.absent_count > 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("ensemble: ", done.absent_count,
                       " tasks are quarantined, and weights of other rows are others; see `mote explain`"));
    }
    if (progress.doing == "pack") return Score(context, done, std::move(progress));
    if (progress.doing == "score") return Fit(context, done, std::move(progress));
    if (progress.doing == "fit") return FitOn(context, done, std::move(progress));
    return Yield(context, done, progress);
  }

 private:
  const Planner& Infer() const { return *planners_.Find("infer"); }

  absl::StatusOr<Json> AskedOfInfer(const Json& parameters) const {
    return AskInfer(Infer(), parameters,
                    {{"model", parameters.at("models").at(0)},
                     {"outputs", {"scores", "members"}},
                     {"keep", {parameters.at("label")}}});
  }

  static PlanStep StepOf(PassSpec pass, const Progress& progress) {
    PlanStep step = RunOnce(std::move(pass));
    step.memo = progress.ToJson().dump();
    return step;
  }

  // One task: the models with the weights of `progress`.
  static absl::StatusOr<PlanStep> Pack(const PlanContext& context, const Progress& progress) {
    Json members = Json::array();
    const Json& names = context.parameters.at("models");
    std::map<std::string, Value> inputs;
    for (size_t i = 0; i < names.size(); ++i) {
      const auto input = context.inputs.find(PathOf(i));
      const bool is_model = input != context.inputs.end() && input->second.kind == OutputKind::kBlob &&
                            (input->second.schema == kNativeModel || input->second.schema == kTreesModel);
      if (!is_model) {
        return absl::InvalidArgumentError(absl::StrCat(PathOf(i), ": \"", names[i].get<std::string>(),
                                                       "\" is not a model of train, forest or boost"));
      }
      members.push_back({{"format", input->second.schema}, {"name", names[i]}});
      inputs.emplace(PathOf(i), input->second.content);
    }
    PassSpec pass = OneTask("ensemble.pack", {{"members", members}, {"weights", progress.weights}});
    pass.inputs = std::move(inputs);
    pass.label = progress.doing == "keep" ? "keep the weights" : "pack the models";
    return StepOf(std::move(pass), progress);
  }

  static absl::StatusOr<PlanStep> Begin(const PlanContext& context) {
    const size_t models = context.parameters.at("models").size();
    Progress progress;
    progress.doing = "pack";
    progress.weights.assign(models, 1.0 / static_cast<double>(models));
    return Pack(context, progress);
  }

  absl::StatusOr<PlanStep> Score(const PlanContext& context, const CompletedPass& done, Progress progress) const {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef packed, PackedOf(done));
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
    const std::map<std::string, Output> inputs = {{"input", *input}, {"model", BlobOutput(packed, kEnsembleModel)}};
    MOTE_ASSIGN_OR_RETURN(const Json asked, AskedOfInfer(context.parameters));
    MOTE_ASSIGN_OR_RETURN(PlanStep step, Infer().Next({context.stage_name, asked, context.tasks, {}, inputs, "", {}}));
    step.passes.at(0).label = "score with each model";
    progress.doing = "score";
    step.memo = progress.ToJson().dump();
    return step;
  }

  static absl::StatusOr<PlanStep> Fit(const PlanContext& context, const CompletedPass& done, Progress progress) {
    progress.scores = done.output.content;
    progress.rows = done.output.rows;
    progress.bytes = done.output.bytes;
    if (progress.rows == 0) return absl::InvalidArgumentError("input: there are no rows to fit the weights to");
    progress.doing = "fit";
    return PlanFit(context, progress);
  }

  static absl::StatusOr<PlanStep> PlanFit(const PlanContext& context, const Progress& progress) {
    Output scores;
    scores.kind = OutputKind::kTable;
    scores.rows = progress.rows;
    scores.bytes = progress.bytes;
    MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutRows({}, scores, RowsForBytes(scores, kTableTaskBytes)));
    PassSpec pass;
    pass.kernel = "ensemble.step";
    pass.parameters = Json{{"weights", progress.weights},
                           {"label", context.parameters.at("label")},
                           {"rows_per_task", cut.rows_per_task}}
                          .dump();
    pass.task_count = cut.task_count;
    pass.reducer = "mean";
    pass.inputs.emplace("input", progress.scores);
    pass.label = absl::StrCat("step ", progress.steps + 1);
    pass.finish = false;
    pass.numeric = true;  // logarithms
    PlanStep step = StepOf(std::move(pass), progress);
    step.progress =
        absl::StrCat("step ", progress.steps, " of at most ", context.parameters.at("steps").get<int64_t>());
    return step;
  }

  static absl::StatusOr<PlanStep> FitOn(const PlanContext& context, const CompletedPass& done, Progress progress) {
    if (done.root.artifact) return absl::ResourceExhaustedError("ensemble: there are too many models to plan with");
    const MeanReducer mean("");
    MOTE_ASSIGN_OR_RETURN(std::vector<double> weights, mean.MeansOf(done.root.bytes, "explained"));
    MOTE_ASSIGN_OR_RETURN(progress.losses, mean.MeansOf(done.root.bytes, "loss"));
    MOTE_ASSIGN_OR_RETURN(const std::vector<double> mixed, mean.MeansOf(done.root.bytes, "mixed"));
    if (weights.size() != progress.weights.size() || progress.losses.size() != weights.size()) {
      return absl::InvalidArgumentError(absl::StrCat("ensemble: an engine answered for ", weights.size(),
                                                     " models, not ", progress.weights.size(),
                                                     "; run the same version of mote everywhere"));
    }
    progress.loss = mixed.at(0);  // of the weights before this step
    if (progress.steps == 0) progress.equal_loss = progress.loss;
    const bool may_go_on = progress.steps < context.parameters.at("steps").get<int64_t>();
    if (may_go_on && Moves(&progress.weights, std::move(weights))) {
      ++progress.steps;
      return PlanFit(context, progress);
    }
    progress.doing = "keep";
    return Pack(context, progress);
  }

  // Takes the new weights, which add up to 1, if they are others.
  static bool Moves(std::vector<double>* weights, std::vector<double> next) {
    double sum = 0, moved = 0;
    for (const double weight : next) sum += weight;
    for (size_t i = 0; i < next.size(); ++i) {
      next[i] /= sum;
      moved = std::max(moved, std::abs(next[i] - (*weights)[i]));
    }
    if (moved < kEnough) return false;
    *weights = std::move(next);
    return true;
  }

  static absl::StatusOr<ArtifactRef> PackedOf(const CompletedPass& done) {
    MOTE_ASSIGN_OR_RETURN(const Json answer, DocumentOf(done, "the models' file"));
    return ArtifactOf(answer, "model");
  }

  static absl::StatusOr<PlanStep> Yield(const PlanContext& context, const CompletedPass& done,
                                        const Progress& progress) {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef packed, PackedOf(done));
    Json models = Json::array();
    for (size_t i = 0; i < progress.weights.size(); ++i) {
      models.push_back({{"name", context.parameters.at("models").at(i)},
                        {"weight", progress.weights[i]},
                        {"log_loss", progress.losses.at(i)}});
    }
    PlanStep step;
    step.memo = "{}";
    step.outputs.emplace("model", BlobOutput(packed, kEnsembleModel));
    step.outputs.emplace("weights", DocumentOutput(Json{{"ensemble_of", "log_loss"},
                                                        {"rows", progress.rows},
                                                        {"steps", progress.steps},
                                                        {"log_loss", progress.loss},
                                                        {"equal_log_loss", progress.equal_loss},
                                                        {"models", models}}));
    return step;
  }

  const PlannerTable& planners_;
  const OperationDescription description_ = DescribeEnsemble();
};

}  // namespace

std::unique_ptr<Planner> MakeEnsemblePlanner(const PlannerTable& planners) {
  return std::make_unique<EnsemblePlanner>(planners);
}

}  // namespace mote::coordinator
