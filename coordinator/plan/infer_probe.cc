#include "coordinator/plan/infer_probe.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/status_macros.h"
#include "coordinator/plan/ask_infer.h"
#include "coordinator/plan/infer_columns.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

// Enough to keep slots busy, few enough to plan with.
constexpr int64_t kPassesAtOnce = 16;

// What infer is asked for.
absl::StatusOr<Json> AskedOfInfer(const Json& parameters, const Planner& infer) {
  Json asked{{"model", parameters.at("model")}, {"outputs", {"scores"}}};
  if (!parameters.contains("label")) asked["keep"] = Json::array();
  return AskInfer(infer, parameters, std::move(asked));
}

// What elements without names are called: "x[3]".
std::vector<std::string> PlacesIn(const Schema& schema, const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& name : columns) {
    const int64_t width = schema.columns[*schema.Find(name)].width;
    for (int64_t i = 0; i < width; ++i) names.push_back(width == 1 ? name : absl::StrCat(name, "[", i, "]"));
  }
  return names;
}

}  // namespace

absl::Status InferProbe::Validate(const Json& parameters, const Planner& infer) {
  MOTE_ASSIGN_OR_RETURN(const Json asked, AskedOfInfer(parameters, infer));
  return infer.Validate(asked);
}

absl::StatusOr<InferProbe> InferProbe::Open(const PlanContext& context, const Planner& infer, ReduceSpec reduce) {
  InferProbe probe(context, infer, std::move(reduce));
  MOTE_ASSIGN_OR_RETURN(probe.input_, TableInput(context));
  MOTE_ASSIGN_OR_RETURN(probe.infer_parameters_, AskedOfInfer(context.parameters, infer));
  MOTE_RETURN_IF_ERROR(probe.FindGroups());
  return probe;
}

absl::Status InferProbe::FindGroups() {
  MOTE_ASSIGN_OR_RETURN(const Schema schema, TableSchema(*input_));
  MOTE_ASSIGN_OR_RETURN(const InferColumns columns, ResolveInferColumns(infer_parameters_, schema));
  if (columns.inputs.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("inputs: ", columns.inputs.size(), " batches; ", "what is explained is a model that takes one"));
  }
  std::vector<std::string> names = FeatureNames(schema, columns.inputs[0]);
  is_named_ = !names.empty();
  if (!is_named_) names = PlacesIn(schema, columns.inputs[0]);
  width_ = names.size();
  groups_ = GroupFeatures(names);
  return absl::OkStatus();
}

absl::StatusOr<PlanStep> InferProbe::Ask(const std::vector<CompletedPass>& completed) const {
  return infer_->Next(
      {context_->stage_name, infer_parameters_, context_->tasks, reduce_, context_->inputs, "", completed});
}

absl::StatusOr<PassSpec> InferProbe::Pass(std::string_view change, const Json& value, std::string label) const {
  MOTE_ASSIGN_OR_RETURN(PlanStep step, Ask({}));
  PassSpec pass = std::move(step.passes.at(0));
  pass.label = std::move(label);
  if (value.is_null()) return pass;
  MOTE_ASSIGN_OR_RETURN(Json parameters, ParseJson(pass.parameters));
  parameters[std::string(change)] = value;
  pass.parameters = parameters.dump();
  return pass;
}

absl::Status InferProbe::CheckWhole(const CompletedPass& done) const {
  if (done.absent_count == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(done.absent_count,
                   " tasks of a measurement are quarantined, and measures of other rows do not "
                   "compare; see their causes with `mote explain`"));
}

absl::StatusOr<Output> InferProbe::ResultOf(const CompletedPass& done) const {
  MOTE_RETURN_IF_ERROR(CheckWhole(done));
  MOTE_ASSIGN_OR_RETURN(const PlanStep step, Ask({done}));
  return step.outputs.at("result");
}

absl::StatusOr<PlanStep> InferProbe::NextPasses(int64_t done, int64_t passes,
                                                const std::function<absl::StatusOr<PassSpec>(int64_t)>& pass_of) {
  PlanStep step;
  const int64_t end = std::min(passes, done + kPassesAtOnce);
  int64_t tasks = 0;
  for (int64_t i = done; i < end; ++i) {
    MOTE_ASSIGN_OR_RETURN(PassSpec pass, pass_of(i));
    tasks = pass.task_count;
    step.passes.push_back(std::move(pass));
  }
  step.tasks_to_come = (passes - end) * tasks;
  return step;
}

}  // namespace mote::coordinator
