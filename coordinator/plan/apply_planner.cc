#include "coordinator/plan/apply_planner.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/artifact.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/prepare/cleaning.h"
#include "common/status_macros.h"
#include "coordinator/plan/prepared_tables.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

OperationDescription DescribeApply() {
  using Kind = Parameter::Kind;
  OperationDescription description;
  description.name = "apply";
  description.summary =
      "Applies to a CSV table what a prepare stage has learnt from another, as it did to its own rows";
  description.parameters = {{.name = "fitted",
                             .kind = Kind::kReference,
                             .default_value = "",
                             .optional = true,
                             .summary = "the output fitted of a prepare stage"},
                            {.name = "file",
                             .kind = Kind::kFile,
                             .default_value = "",
                             .optional = true,
                             .summary = "or the file that an earlier job wrote it to, fitted.json"},
                            {.name = "quality",
                             .kind = Kind::kObject,
                             .default_value = "",
                             .optional = true,
                             .summary = "limits that fail the stage, as of prepare"},
                            {.name = "on_bad_row",
                             .default_value = "\"fail\"",
                             .summary = "a row that does not fit the columns: fail, or skip (to the output "
                                        "quarantined)"}};
  description.outputs = {"result", "quality", "quarantined"};
  description.kinds = {{"fitted", OutputKind::kDocument}, {"quality", OutputKind::kDocument}};
  description.task_shape = "so many rows of the input; default: about 1 MiB of text";
  return description;
}

PassSpec OneTask(std::string kernel, Value fitted, const char* label) {
  PassSpec pass;
  pass.kernel = std::move(kernel);
  pass.task_count = 1;
  pass.reducer = "single";
  pass.label = label;
  pass.inputs.emplace("fitted", std::move(fitted));
  return pass;
}

class ApplyPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    const Params params(parameters);
    if ((params.Find("fitted") == nullptr) == (params.Find("file") == nullptr)) {
      return absl::InvalidArgumentError("apply: set one of fitted (stage.fitted) and file ({path: fitted.json})");
    }
    const std::string on_bad_row = params.Text("on_bad_row");
    if (on_bad_row != "fail" && on_bad_row != "skip" && on_bad_row != "quarantine") {
      return absl::InvalidArgumentError(absl::StrCat("on_bad_row: \"", on_bad_row, "\" is neither fail nor skip"));
    }
    return QualityLimits::Parse(params).status();
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    MOTE_ASSIGN_OR_RETURN(const Value fitted, FittedOf(context));
    if (context.memo.empty()) {
      PassSpec pass = OneTask("fitted.read", fitted, "read what was fitted");
      pass.finish = false;
      PlanStep step = RunOnce(std::move(pass));
      step.memo = std::string(kReading);
      return step;
    }
    if (context.completed.size() != 1 || context.completed[0].absent_all) {
      return absl::InvalidArgumentError("no task of apply has a result: all are quarantined, see their causes");
    }
    if (context.memo == kReading) return PlanTransform(context, fitted);
    if (context.memo.starts_with(kTransforming)) return PlanReport(context, fitted);
    return Yield(context);
  }

 private:
  static constexpr std::string_view kReading = "read";
  static constexpr std::string_view kTransforming = "transform\n";  // and the names of the features
  static constexpr std::string_view kReporting = "report\n";        // and the tables

  static absl::StatusOr<Value> FittedOf(const PlanContext& context) {
    if (const auto it = context.inputs.find("fitted"); it != context.inputs.end()) return it->second.content;
    const Params params(context.parameters);
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef ref,
                          ArtifactRef::Parse(params.Find("file")->at("artifact").get<std::string>()));
    return Value{"", ref};
  }

  static absl::StatusOr<PlanStep> PlanTransform(const PlanContext& context, const Value& fitted) {
    if (context.completed[0].root.artifact) {
      return absl::ResourceExhaustedError("apply: the parameters of what was fitted are too long to plan with");
    }
    MOTE_ASSIGN_OR_RETURN(Json read, ParseJson(context.completed[0].root.bytes));
    Json parameters = std::move(read["parameters"]);
    parameters.erase("split");
    parameters["applies"] = true;
    parameters["on_bad_row"] = context.parameters.at("on_bad_row");
    MOTE_ASSIGN_OR_RETURN(PassSpec pass, InputRowsPass(context, "prepare.transform", "splits", std::move(parameters)));
    pass.inputs.emplace("fitted", fitted);
    pass.label = "transform rows";
    PlanStep step = RunOnce(std::move(pass));
    step.memo = absl::StrCat(std::string(kTransforming), read["features"].dump());
    step.tasks_to_come = 1;
    return step;
  }

  static absl::StatusOr<PlanStep> PlanReport(const PlanContext& context, const Value& fitted) {
    MOTE_ASSIGN_OR_RETURN(SplitTables result, TablesOf(context.completed[0].output));
    MOTE_ASSIGN_OR_RETURN(const Json features, ParseJson(std::string(context.memo.substr(kTransforming.size()))));
    MOTE_ASSIGN_OR_RETURN(result.tables[0],
                          WithFeatureNames(std::move(result.tables[0]), features.get<std::vector<std::string>>()));
    const std::string encoded = result.Encode();
    PassSpec pass = OneTask("fitted.report", fitted, "report");
    const Params params(context.parameters);
    const Json* const limits = params.Find("quality");
    pass.parameters = limits == nullptr ? "{}" : Json{{"quality", *limits}}.dump();
    pass.inputs.emplace("splits", Value{encoded, {}});
    PlanStep step = RunOnce(std::move(pass));
    step.memo = absl::StrCat(std::string(kReporting), encoded);
    return step;
  }

  static absl::StatusOr<PlanStep> Yield(const PlanContext& context) {
    MOTE_ASSIGN_OR_RETURN(SplitTables result, SplitTables::Decode(context.memo.substr(kReporting.size())));
    PlanStep step;
    step.outputs.emplace("result", std::move(result.tables.at(0)));
    step.outputs.emplace("quarantined", std::move(result.tables.at(1)));
    step.outputs.emplace("quality", context.completed[0].output);
    return step;
  }

  const OperationDescription description_ = DescribeApply();
};

}  // namespace

std::unique_ptr<Planner> MakeApplyPlanner() { return std::make_unique<ApplyPlanner>(); }

}  // namespace mote::coordinator
