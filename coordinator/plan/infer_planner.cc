#include "coordinator/plan/infer_planner.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/artifact.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "coordinator/plan/ensemble_planner.h"
#include "coordinator/plan/infer_columns.h"
#include "coordinator/plan/rows.h"
#include "coordinator/plan/tree_table.h"

namespace mote::coordinator {
namespace {

constexpr int64_t kRowsPerInferTask = 512;
// What prepare calls the label, whatever it was called before.
constexpr char kPreparedLabel[] = "label";

// Where a model comes from and how an engine opens it. A stage's blob says by its format.
struct ModelSource {
  std::string door;  // "native", "torchscript", "trees", "ensemble"
  std::string file;  // for messages
  Value content;
};

// One file as the client sends it: {artifact, name}.
absl::StatusOr<ModelSource> FromFile(const std::string& kind, const Json& file) {
  if (!file.is_object() || !file.contains("artifact") || !file["artifact"].is_string()) {
    return absl::InvalidArgumentError(
        absl::StrCat("model.", kind, ": ", file.dump(), " is not a file; write {path: model.pt}"));
  }
  const absl::StatusOr<ArtifactRef> ref = ArtifactRef::Parse(file["artifact"].get<std::string>());
  if (!ref.ok()) return absl::InvalidArgumentError(absl::StrCat("model.", kind, ": ", ref.status().message()));
  ModelSource source;
  source.door = kind == "safetensors" ? "native" : kind;
  source.file = file.contains("name") && file["name"].is_string() ? file["name"].get<std::string>() : kind;
  source.content.artifact = *ref;
  return source;
}

// A reference has no content yet: the stage that makes it runs first.
absl::StatusOr<ModelSource> ParseModel(const Json& model) {
  if (model.is_string()) return ModelSource{.door = "native", .file = model.get<std::string>(), .content = {}};
  if (!model.is_object() || model.size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("model: ", model.dump(),
                                                   " is not one model; write stage.model, or "
                                                   "{torchscript: {path: model.pt}}"));
  }
  const std::string kind = model.begin().key();
  if (kind == "torchscript" || kind == "safetensors" || kind == kTreeModelFormat || kind == kEnsembleFormat) {
    return FromFile(kind, *model.begin());
  }
  if (kind == "aotinductor") return absl::InvalidArgumentError("model.aotinductor: not supported yet");
  return absl::InvalidArgumentError(
      absl::StrCat("model: \"", kind, "\" is not known",
                   DidYouMean(kind, {"torchscript", "safetensors", kTreeModelFormat, kEnsembleFormat}),
                   " (torchscript, safetensors, trees, ensemble, or the model of a stage)"));
}

absl::StatusOr<ModelSource> FindModel(const PlanContext& context) {
  MOTE_ASSIGN_OR_RETURN(ModelSource source, ParseModel(context.parameters.at("model")));
  if (!context.parameters.at("model").is_string()) return source;
  const auto it = context.inputs.find("model");
  if (it == context.inputs.end() || it->second.kind != OutputKind::kBlob || !it->second.content.artifact.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model: \"", source.file, "\" is not a model; name the output `model` of a train, forest or boost stage"));
  }
  if (!it->second.schema.empty()) source.door = it->second.schema;
  source.content = it->second.content;
  return source;
}

// What the model is given, number by number; empty: not known, or not to be compared.
std::vector<std::string> KnownFeatures(const ModelSource& model, const InferColumns& columns, const Schema& schema) {
  if (model.door == "torchscript" || columns.inputs.size() != 1) return {};
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
       .kind = Kind::kAny,
       .default_value = "",
       .summary = "stage.model, {torchscript: {path: model.pt}}, or {safetensors: {path: …}} that train wrote, or "
                  "{trees: {path: …}} that "
                  "forest or boost wrote, or {ensemble: {path: …}}"},
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
      {.name = "on_bad_row",
       .kind = Kind::kText,
       .default_value = "\"fail\"",
       .summary = "fail, or skip: leave out rows whose inputs are no numbers"}};
  description.outputs = {"result"};
  description.kinds = {{"model", OutputKind::kBlob}};
  description.task_shape = "so many rows, one forward batch; default 512";
  description.takes_reduce = true;
  description.can_calibrate = true;
  return description;
}

class InferPlanner final : public Planner {
 public:
  const OperationDescription& description() const override { return description_; }

  absl::Status Validate(const Json& parameters) const override {
    MOTE_RETURN_IF_ERROR(ParseModel(parameters.at("model")).status());
    MOTE_RETURN_IF_ERROR(CheckInferColumns(parameters));
    const std::string on_bad_row = parameters.at("on_bad_row").get<std::string>();
    if (on_bad_row == "fail" || on_bad_row == "skip") return absl::OkStatus();
    if (on_bad_row == "quarantine") {
      return absl::InvalidArgumentError("on_bad_row: quarantine is not supported yet; use fail or skip");
    }
    return absl::InvalidArgumentError(absl::StrCat("on_bad_row: \"", on_bad_row, "\" is neither fail nor skip"));
  }

  absl::StatusOr<PlanStep> Next(const PlanContext& context) const override {
    if (!context.completed.empty()) return YieldResult(context);
    MOTE_ASSIGN_OR_RETURN(const Output* const input, TableInput(context));
    MOTE_ASSIGN_OR_RETURN(const Schema schema, TableSchema(*input));
    MOTE_ASSIGN_OR_RETURN(ModelSource model, FindModel(context));
    MOTE_ASSIGN_OR_RETURN(const InferColumns columns, ResolveInferColumns(context.parameters, schema));
    MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutRows(context.tasks, *input, kRowsPerInferTask));
    PassSpec pass;
    pass.kernel = model.door == kTreeModelFormat ? "infer.trees" : "infer";
    pass.parameters = Json{{"door", model.door},
                           {"file", model.file},
                           {"inputs", columns.inputs},
                           {"features", KnownFeatures(model, columns, schema)},
                           {"outputs", columns.outputs},
                           {"keep", columns.keep},
                           {"on_bad_row", context.parameters.at("on_bad_row")},
                           {"rows_per_task", cut.rows_per_task}}
                          .dump();
    pass.task_count = cut.task_count;
    pass.inputs.emplace("input", input->content);
    pass.inputs.emplace("model", std::move(model.content));
    pass.numeric = true;
    MOTE_RETURN_IF_ERROR(SetReducer(context, "concat", &pass));
    MOTE_RETURN_IF_ERROR(FollowLabel(schema, &pass));
    return RunOnce(std::move(pass));
  }

 private:
  const OperationDescription description_ = DescribeInfer();
};

}  // namespace

std::unique_ptr<Planner> MakeInferPlanner() { return std::make_unique<InferPlanner>(); }

}  // namespace mote::coordinator
