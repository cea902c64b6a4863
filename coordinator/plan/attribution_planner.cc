#include "coordinator/plan/attribution_planner.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/model_format.h"
#include "common/status_macros.h"
#include "coordinator/plan/ask_infer.h"
#include "coordinator/plan/declare.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

constexpr int64_t kStepsMost = 10000;

OperationDescription DescribeAttribution() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "integrated_gradients";
  description.summary = "What each number of a row does for the probability that a network of train gives a class";
  description.parameters = {
      Declare("model", Kind::kModel, "", "stage.model of a train stage, or {safetensors: {path: …}}"),
      Declare("inputs", Kind::kList, "", "the model's columns, as infer takes them; default [x]"),
      Declare("keep", Kind::kList, "", "columns to carry over; default: all that are no inputs"),
      Declare("class", Kind::kInteger, "-1", "the class, by its place; -1: the last, which is the positive one"),
      Declare("steps", Kind::kInteger, "50", "of the way from a row of zeros to the row, 1 to 10000"),
  };
  description.parameters[1].optional = description.parameters[2].optional = true;
  description.outputs = {"result"};
  description.kinds = {{"model", OutputKind::kBlob}};
  description.task_shape = "so many rows, one forward batch; default 512";
  description.takes_reduce = true;
  return description;
}

// What infer is asked for.
absl::StatusOr<Json> InferredFor(const Json& parameters, const Planner& infer) {
  return AskInfer(infer, parameters,
                  {{"model", parameters.at("model")}, {"outputs", {"scores", "attributions", "baseline"}}});
}

class AttributionPlanner final : public Planner {
 public:
  explicit AttributionPlanner(const PlannerTable& planners) : planners_(planners) {}

  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    const auto steps = parameters.at("steps").get<int64_t>();
    if (steps < 1 || steps > kStepsMost) {
      return absl::InvalidArgumentError(absl::StrCat("steps: ", steps, " is not in 1 to ", kStepsMost));
    }
    const auto target = parameters.at("class").get<int64_t>();
    if (target < -1) return absl::InvalidArgumentError(absl::StrCat("class: ", target, " is the place of no class"));
    const Planner& infer = *planners_.Find("infer");
    MOTE_ASSIGN_OR_RETURN(const Json asked, InferredFor(parameters, infer));
    return infer.Validate(asked);
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.completed.empty()) return YieldResult(context);
    MOTE_RETURN_IF_ERROR(TableInput(context).status());
    const Planner& infer = *planners_.Find("infer");
    MOTE_ASSIGN_OR_RETURN(const Json asked, InferredFor(context.parameters, infer));
    MOTE_ASSIGN_OR_RETURN(PlanStep step, infer.Next({context.stage_name, asked, context.tasks, context.reduce,
                                                     context.inputs, "", context.completed}));
    PassSpec& pass = step.passes.at(0);
    MOTE_ASSIGN_OR_RETURN(Json parameters, ParseJson(pass.parameters));
    if (parameters.at("format") != kNativeModel) {
      return absl::InvalidArgumentError(absl::StrCat("model: \"", parameters.at("file").get<std::string>(), "\" is of ",
                                                     parameters.at("format").get<std::string>(),
                                                     ", and gradients are of a network that train made; use importance "
                                                     "or dependence for any model"));
    }
    parameters["attribute"] = {{"target", context.parameters.at("class")}, {"steps", context.parameters.at("steps")}};
    pass.parameters = parameters.dump();
    return step;
  }

 private:
  const PlannerTable& planners_;
  const OperationDescription description_ = DescribeAttribution();
};

}  // namespace

std::unique_ptr<Planner> MakeAttributionPlanner(const PlannerTable& planners) {
  return std::make_unique<AttributionPlanner>(planners);
}

}  // namespace mote::coordinator
