#include "coordinator/plan/model_source.h"

#include "absl/strings/str_cat.h"
#include "common/artifact.h"
#include "common/model_format.h"
#include "common/status_macros.h"
#include "common/suggest.h"
#include "coordinator/plan/ensemble_planner.h"
#include "coordinator/plan/tree_table.h"

namespace mote::coordinator {
namespace {

// One file as the client sends it: {artifact, name}.
absl::StatusOr<ModelSource> FromFile(const std::string& kind, const Json& file) {
  if (!file.is_object() || !file.contains("artifact") || !file["artifact"].is_string()) {
    return absl::InvalidArgumentError(
        absl::StrCat("model.", kind, ": ", file.dump(), " is not a file; write {path: model.pt}"));
  }
  const absl::StatusOr<ArtifactRef> ref = ArtifactRef::Parse(file["artifact"].get<std::string>());
  if (!ref.ok()) return absl::InvalidArgumentError(absl::StrCat("model.", kind, ": ", ref.status().message()));
  ModelSource source;
  source.format = kind == "safetensors" ? kNativeModel : kind;
  source.file = file.contains("name") && file["name"].is_string() ? file["name"].get<std::string>() : kind;
  source.content.artifact = *ref;
  return source;
}

}  // namespace

absl::StatusOr<ModelSource> ParseModel(const Json& model) {
  if (model.is_string()) return ModelSource{.format = kNativeModel, .file = model.get<std::string>(), .content = {}};
  if (!model.is_object() || model.size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("model: ", model.dump(),
                                                   " is not one model; write stage.model, or "
                                                   "{torchscript: {path: model.pt}}"));
  }
  const std::string kind = model.begin().key();
  if (kind == kTorchScriptModel || kind == "safetensors" || kind == kTreesModel || kind == kEnsembleModel) {
    return FromFile(kind, *model.begin());
  }
  if (kind == "aotinductor") return absl::InvalidArgumentError("model.aotinductor: not supported yet");
  return absl::InvalidArgumentError(
      absl::StrCat("model: \"", kind, "\" is not known",
                   DidYouMean(kind, {kTorchScriptModel, "safetensors", kTreesModel, kEnsembleModel}),
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
  source.format = it->second.schema;
  source.content = it->second.content;
  return source;
}

}  // namespace mote::coordinator
