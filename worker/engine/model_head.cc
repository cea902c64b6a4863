#include "worker/engine/model_head.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/model_format.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/ensemble_file.h"
#include "worker/engine/safetensors.h"
#include "worker/engine/trees/tree_model.h"

namespace mote::engine {
namespace {

// The list of names in the metadata; empty: there is none.
absl::StatusOr<std::vector<std::string>> NamesIn(const SafetensorsHeader& header, const std::string& key) {
  const auto found = header.metadata().find(key);
  if (found == header.metadata().end()) return std::vector<std::string>();
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(found->second));
  if (json.is_array() && std::all_of(json.begin(), json.end(), [](const Json& name) { return name.is_string(); })) {
    return json.get<std::vector<std::string>>();
  }
  return absl::InvalidArgumentError(absl::StrCat("metadata \"", key, "\" is no list of names"));
}

absl::StatusOr<ModelHead> HeadOfNative(std::string_view file) {
  MOTE_ASSIGN_OR_RETURN(const SafetensorsHeader header,
                        SafetensorsHeader::Parse(file, static_cast<int64_t>(file.size())));
  ModelHead head;
  MOTE_ASSIGN_OR_RETURN(head.features, NamesIn(header, "mote.features"));
  MOTE_ASSIGN_OR_RETURN(head.classes, NamesIn(header, "mote.classes"));
  return head;
}

absl::StatusOr<ModelHead> HeadOfTrees(std::string file) {
  MOTE_ASSIGN_OR_RETURN(const std::shared_ptr<const TreeModel> model, TreeModel::Parse(std::move(file)));
  return ModelHead{model->head().features, model->head().class_names};
}

absl::StatusOr<ModelHead> HeadOfFile(std::string_view format, std::string file) {
  if (format == kTorchScriptModel) return ModelHead();
  if (format == kNativeModel) return HeadOfNative(file);
  if (format == kTreesModel) return HeadOfTrees(std::move(file));
  if (format != kEnsembleModel) {
    return absl::InvalidArgumentError(absl::StrCat("models of format \"", std::string(format), "\" are not known"));
  }
  MOTE_ASSIGN_OR_RETURN(const std::vector<EnsembleMember> members, ReadEnsemble(file));
  const EnsembleMember& first = members.front();  // all take the same features
  if (first.format == kEnsembleModel) return absl::InvalidArgumentError("an ensemble of ensembles");
  return HeadOfFile(first.format, std::string(first.bytes));
}

}  // namespace

absl::StatusOr<ModelHead> ReadModelHead(std::string_view format, const Value& model, BlobSource& source) {
  MOTE_ASSIGN_OR_RETURN(std::string file, ReadValue(model, source));
  return HeadOfFile(format, std::move(file));
}

}  // namespace mote::engine
