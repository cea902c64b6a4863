#include "coordinator/plan/infer_planner.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/bundle_name.h"
#include "common/error_costs.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/model_format.h"
#include "common/status_macros.h"
#include "coordinator/plan/apply_planner.h"
#include "coordinator/plan/infer_columns.h"
#include "coordinator/plan/model_source.h"
#include "coordinator/plan/plan_memo.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/site_tables.h"
#include "coordinator/plan/tree_table.h"

namespace mote::coordinator {
namespace {

constexpr int64_t kRowsPerInferTask = 512;
// What prepare calls the label, whatever it was called before.
constexpr char kPreparedLabel[] = "label";

// What the model is given, number by number; empty: not known, or not to be compared.
std::vector<std::string> KnownFeatures(const ModelSource& model, const InferColumns& columns, const Schema& schema) {
  if (model.format == kTorchScriptModel || columns.inputs.size() != 1) return {};
  return CarriedFeatures(FeatureNames(schema, columns.inputs[0]));
}

// A job file may name the label as the raw data does: after prepare it is "label".
absl::Status FollowLabel(const Schema& schema, PassSpec* pass) {
  if (pass->reducer != "classification_report") return absl::OkStatus();
  MOTE_ASSIGN_OR_RETURN(Json parameters, ParseJson(pass->reducer_parameters));
  if (!parameters.is_object() || !parameters.contains("label") || !parameters["label"].is_string()) {
    return absl::OkStatus();
  }
  if (!schema.Find(parameters["label"].get<std::string>()).has_value() && schema.Find(kPreparedLabel).has_value()) {
    parameters["label"] = kPreparedLabel;
    pass->reducer_parameters = parameters.dump();
  }
  return absl::OkStatus();
}

OperationDescription DescribeInfer() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "infer";
  description.summary =
      "Runs a model over rows: the kept columns, prediction (the class of the greatest score) and the model's outputs";
  description.parameters = {
      {.name = "model",
       .kind = Kind::kModel,
       .default_value = "",
       .summary = "stage.model, {torchscript: {path: model.pt}}, or {safetensors: {path: …}} that train wrote, or "
                  "{trees: {path: …}} that "
                  "forest or boost wrote, or {ensemble: {path: …}}; or a bundle: credit/model:3"},
      {.name = "inputs",
       .kind = Kind::kList,
       .default_value = "",
       .optional = true,
       .summary = "columns that make one batch; \"p*\" is each column that starts with p; a list of lists makes one "
                  "batch for each; default [x]"},
      {.name = "outputs",
       .kind = Kind::kList,
       .default_value = "[\"scores\"]",
       .summary = "names for the tensors that the model yields"},
      {.name = "keep",
       .kind = Kind::kList,
       .default_value = "",
       .optional = true,
       .summary = "columns to carry over; default: all that are no inputs"},
      {.name = "costs",
       .kind = Kind::kObject,
       .default_value = "",
       .optional = true,
       .summary =
           "{false_positive: 1, false_negative: 5}: what wrong answers of two classes cost; prediction is then the "
           "cheaper one, where the scores are probabilities; default: as the bundle says"},
      {.name = "on_bad_row",
       .kind = Kind::kText,
       .default_value = "\"fail\"",
       .summary = "a row whose inputs are no numbers: fail, or skip (to the output quarantined)"}};
  description.outputs = {"result", "quality", "quarantined"};
  description.kinds = {{"model", OutputKind::kBlob}, {"quality", OutputKind::kDocument}};
  description.task_shape = "so many rows, one forward batch; default 512";
  description.takes_reduce = true;
  description.can_calibrate = true;
  description.takes_bundle = true;
  return description;
}

// Whether a bundle is named, not its model alone.
bool NamesBundle(const Json& model) {
  return model.is_string() && BundleReference::Is(model.get<std::string>()) &&
         model.get<std::string>().find('.') == std::string::npos;
}

// Bad rows go to the output `quarantined`; both words say so, as those of prepare.
bool LeavesOut(const Json& parameters) {
  const std::string on_bad_row = parameters.at("on_bad_row").get<std::string>();
  return on_bad_row == "skip" || on_bad_row == "quarantine";
}

class InferPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    MOTE_RETURN_IF_ERROR(ParseModel(parameters.at("model")).status());
    MOTE_RETURN_IF_ERROR(CheckInferColumns(parameters));
    if (const Json* const costs = Params(parameters).Find("costs")) {
      MOTE_RETURN_IF_ERROR(ErrorCosts::FromJson(*costs).status());
    }
    const std::string on_bad_row = parameters.at("on_bad_row").get<std::string>();
    if (on_bad_row == "fail" || LeavesOut(parameters)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("on_bad_row: \"", on_bad_row, "\" is neither fail nor skip"));
  }

  std::vector<std::string> OutputNames(const Json& parameters) const override {
    if (NamesBundle(parameters.at("model"))) return description_.outputs;
    if (LeavesOut(parameters)) return {"result", "quarantined"};
    return {"result"};
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.inputs.contains("model.fitted")) return Infer(context);
    if (context.memo.starts_with(kInferring)) return YieldWithQuality(context);
    return Prepare(context);
  }

 private:
  // A bundle's rows are prepared first: memos of `apply` behind the one; then the other, and
  // what apply yielded beside its rows.
  static constexpr std::string_view kPreparing = "prepare\n";
  static constexpr std::string_view kInferring = "infer\n";
  // Rows that stay at workers are scored there, then what comes of it is put together.
  static constexpr std::string_view kAtSites = "sites";

  absl::StatusOr<PlanStep> Prepare(const PlanContext& context) const {
    MOTE_ASSIGN_OR_RETURN(const Json parameters, AskedOfApply(context));
    std::map<std::string, Output> inputs{{"input", context.inputs.at("input")},
                                         {"fitted", context.inputs.at("model.fitted")}};
    const std::string_view memo = context.memo.substr(context.memo.empty() ? 0 : kPreparing.size());
    MOTE_ASSIGN_OR_RETURN(PlanStep step, apply_->Next({context.stage_name, parameters, context.tasks, context.reduce,
                                                       inputs, memo, context.completed}));
    if (!step.passes.empty()) {
      step.memo = absl::StrCat(std::string(kPreparing), step.memo);
      return step;
    }
    inputs = context.inputs;
    inputs["input"] = step.outputs.at("result");
    const std::vector<CompletedPass> none;
    MOTE_ASSIGN_OR_RETURN(PlanStep infer, Infer({context.stage_name, context.parameters, context.tasks, context.reduce,
                                                 inputs, "", none}));
    for (const char* const name : {"quality", "quarantined"}) {  // kept while the rows are scored
      const std::optional<ArtifactRef>& artifact = step.outputs.at(name).content.artifact;
      if (artifact) infer.artifacts.push_back(*artifact);
    }
    infer.memo =
        absl::StrCat(std::string(kInferring), Json{{"quality", EncodeOutput(step.outputs.at("quality"))},
                                                   {"quarantined", EncodeOutput(step.outputs.at("quarantined"))}}
                                                  .dump());
    return infer;
  }

  // Its limits are the bundle's; a row that cannot be read is passed over as infer is told.
  absl::StatusOr<Json> AskedOfApply(const PlanContext& context) const {
    Json asked{{"fitted", "the bundle's"}, {"on_bad_row", context.parameters.at("on_bad_row")}};
    if (const auto limits = context.inputs.find("model.limits"); limits != context.inputs.end()) {
      MOTE_ASSIGN_OR_RETURN(asked["quality"], ParseJson(limits->second.content.bytes));
    }
    return asked;
  }

  static absl::StatusOr<PlanStep> YieldWithQuality(const PlanContext& context) {
    MOTE_ASSIGN_OR_RETURN(const Json memo, ParseJson(std::string(context.memo.substr(kInferring.size()))));
    PlanStep step = YieldResult(context);
    for (const char* const name : {"quality", "quarantined"}) {
      MOTE_ASSIGN_OR_RETURN(step.outputs[name], DecodeOutput(memo.at(name)));
    }
    return step;
  }

  absl::StatusOr<PlanStep> Infer(const PlanContext& context) const {
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableOrSitesInput(context));
    if (!context.completed.empty() && !input->is_pinned()) return Yield(context);
    std::vector<PassSpec> passes;
    for (const SiteTable& site : SiteTablesOf(*input)) {
      MOTE_ASSIGN_OR_RETURN(passes.emplace_back(), InferPass(context, site));
    }
    if (!input->is_pinned()) {
      PlanStep step = RunOnce(std::move(passes[0]));
      // Of a bundle's rows those that cannot be read are known already.
      if (LeavesOut(context.parameters) && !context.inputs.contains("model.fitted")) {
        MOTE_ASSIGN_OR_RETURN(step.passes.emplace_back(), MisfitsPass(context, *input));
      }
      return step;
    }
    if (LeavesOut(context.parameters)) {
      return absl::InvalidArgumentError(
          absl::StrCat("on_bad_row: the rows stay at workers ", SiteNames(*input),
                       " (placement: pinned), and those that are left out would not; use fail"));
    }
    if (passes[0].reducer == "concat") {
      return absl::InvalidArgumentError(
          absl::StrCat("reduce: the rows stay at workers ", SiteNames(*input),
                       " (placement: pinned), and so do predictions; name a reducer that sums up, as in "
                       "{classification_report: {label: label}}"));
    }
    PlanStep step;
    if (context.completed.empty()) {
      for (PassSpec& pass : passes) pass.finish = false;
      step.memo = kAtSites;
      step.passes = std::move(passes);
      step.tasks_to_come = 1;
      return step;
    }
    if (context.memo == kAtSites) {
      const ReduceSpec reducer{passes[0].reducer, passes[0].reducer_parameters};
      MOTE_ASSIGN_OR_RETURN(PassSpec finish, FinishSites(reducer, context.completed));
      return RunOnce(std::move(finish));
    }
    step.memo = "done";
    MOTE_ASSIGN_OR_RETURN(step.outputs["result"], FinishedSites(context.completed.front()));
    return step;
  }

  static PlanStep Yield(const PlanContext& context) {
    PlanStep step = YieldResult(context);
    if (context.completed.size() == 2) step.outputs["quarantined"] = context.completed[1].output;
    return step;
  }

  // Which rows are left out, and why.
  static absl::StatusOr<PassSpec> MisfitsPass(const PlanContext& context, const Output& input) {
    MOTE_ASSIGN_OR_RETURN(const Schema schema, TableSchema(input));
    MOTE_ASSIGN_OR_RETURN(const InferColumns columns, ResolveInferColumns(context.parameters, schema));
    MOTE_ASSIGN_OR_RETURN(PassSpec pass,
                          InputRowsPass(context, "infer.misfits", "concat", {{"inputs", columns.inputs}}));
    pass.label = "rows that are left out";
    return pass;
  }

  // From which score of class 1 on it is predicted; null: the class of the greatest score is.
  static absl::StatusOr<Json> ThresholdOf(const PlanContext& context) {
    Json costs = context.parameters.value("costs", Json());
    const auto published = context.inputs.find("model.costs");
    if (costs.is_null() && published != context.inputs.end()) {
      MOTE_ASSIGN_OR_RETURN(costs, ParseJson(published->second.content.bytes));
    }
    if (costs.is_null()) return Json();
    MOTE_ASSIGN_OR_RETURN(const ErrorCosts read, ErrorCosts::FromJson(costs));
    return Json(read.Threshold());
  }

  static absl::StatusOr<PassSpec> InferPass(const PlanContext& context, const SiteTable& site) {
    MOTE_ASSIGN_OR_RETURN(const Schema schema, TableSchema(site.rows));
    MOTE_ASSIGN_OR_RETURN(ModelSource model, FindModel(context));
    MOTE_ASSIGN_OR_RETURN(const InferColumns columns, ResolveInferColumns(context.parameters, schema));
    MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutRows(context.tasks, site.rows, kRowsPerInferTask));
    MOTE_ASSIGN_OR_RETURN(const Json threshold, ThresholdOf(context));
    PassSpec pass;
    pass.kernel = model.format == kTreesModel ? "infer.trees" : "infer";
    pass.parameters = Json{{"format", model.format},
                           {"file", model.file},
                           {"inputs", columns.inputs},
                           {"features", KnownFeatures(model, columns, schema)},
                           {"outputs", columns.outputs},
                           {"keep", columns.keep},
                           {"on_bad_row", context.parameters.at("on_bad_row")},
                           {"threshold", threshold},
                           {"rows_per_task", cut.rows_per_task}}
                          .dump();
    pass.task_count = cut.task_count;
    pass.inputs.emplace("input", site.rows.content);
    pass.inputs.emplace("model", std::move(model.content));
    pass.numeric = true;
    pass.worker = site.worker;
    MOTE_RETURN_IF_ERROR(SetReducer(context, "concat", &pass));
    MOTE_RETURN_IF_ERROR(FollowLabel(schema, &pass));
    return pass;
  }

  const OperationDescription description_ = DescribeInfer();
  const std::unique_ptr<Planner> apply_ = MakeApplyPlanner();
};

}  // namespace

std::unique_ptr<Planner> MakeInferPlanner() { return std::make_unique<InferPlanner>(); }

}  // namespace mote::coordinator
