#include "worker/engine/torch_kernels/ensemble_model.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/model_format.h"
#include "common/status_macros.h"
#include "worker/engine/ensemble_file.h"
#include "worker/engine/torch_kernels/model.h"
#include "worker/engine/torch_kernels/train_state.h"
#include "worker/engine/trees/scoring_model.h"

namespace mote::engine {
namespace {

struct Weighted {
  std::string name;
  double weight = 0;
  std::unique_ptr<Model> model;
};

class EnsembleModel final : public Model {
 public:
  EnsembleModel(std::string file, std::vector<Weighted> members, bool tells_members)
      : file_(std::move(file)), members_(std::move(members)), tells_members_(tells_members) {}

  absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext& context) override {
    std::vector<ModelOutput> scores;
    for (const Weighted& member : members_) {
      MOTE_ASSIGN_OR_RETURN(std::vector<ModelOutput> outputs, member.model->Run(batches, context));
      if (!scores.empty() && outputs[0].width != scores[0].width) {
        return absl::InvalidArgumentError(absl::StrCat("model \"", file_, "\": \"", member.name, "\" knows ",
                                                       outputs[0].width, " classes and \"", members_[0].name, "\" ",
                                                       scores[0].width, "; models of one ensemble know the same"));
      }
      scores.push_back(std::move(outputs[0]));
    }
    std::vector<ModelOutput> outputs;
    outputs.push_back(Mix(scores));
    if (tells_members_) outputs.push_back(SideBySide(scores));
    return outputs;
  }

 private:
  ModelOutput Mix(const std::vector<ModelOutput>& scores) const {
    ModelOutput mixed;
    mixed.width = scores[0].width;
    mixed.floats.resize(scores[0].floats.size());
    for (size_t i = 0; i < mixed.floats.size(); ++i) {
      double sum = 0;
      for (size_t member = 0; member < scores.size(); ++member) {
        sum += members_[member].weight * static_cast<double>(scores[member].floats[i]);
      }
      mixed.floats[i] = static_cast<float>(sum);
    }
    return mixed;
  }

  static ModelOutput SideBySide(const std::vector<ModelOutput>& scores) {
    const int64_t classes = scores[0].width;
    const auto rows = static_cast<int64_t>(scores[0].floats.size()) / classes;
    ModelOutput all;
    all.width = classes * static_cast<int64_t>(scores.size());
    for (int64_t row = 0; row < rows; ++row) {
      for (const ModelOutput& of_one : scores) {
        const auto first = of_one.floats.begin() + row * classes;
        all.floats.insert(all.floats.end(), first, first + classes);
      }
    }
    return all;
  }

  const std::string file_;
  const std::vector<Weighted> members_;
  const bool tells_members_;
};

absl::StatusOr<std::unique_ptr<Model>> OpenMember(const EnsembleMember& member, const ModelRequest& request,
                                                  const EngineOptions& options, TaskContext& context) {
  if (member.format == kTreesModel) {
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<const TreeModel> model, TreeModel::Parse(std::string(member.bytes)));
    MOTE_RETURN_IF_ERROR(CheckFeatures(request, model->width(), model->head().features));
    return std::make_unique<ScoringModel>(std::move(model));
  }
  if (member.format != kNativeModel) {
    return absl::InvalidArgumentError(absl::StrCat("models of format \"", member.format, "\" are not known"));
  }
  MOTE_ASSIGN_OR_RETURN(const TrainState state,
                        ReadState(ArtifactReader::OfBytes(member.bytes), StatePart::kWeights, context));
  MOTE_ASSIGN_OR_RETURN(std::shared_ptr<Network> network, Network::Load(state, options.device, context));
  MOTE_RETURN_IF_ERROR(CheckFeatures(request, network->spec().in(), network->features()));
  return MakeNativeModel(std::move(network));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> OpenEnsemble(std::string_view file, const ModelRequest& request,
                                                    const EngineOptions& options, TaskContext& context) {
  const auto named = [&request](const absl::Status& status) {
    return absl::Status(status.code(), absl::StrCat("model \"", request.file, "\": ", status.message()));
  };
  const absl::StatusOr<std::vector<EnsembleMember>> members = ReadEnsemble(file);
  if (!members.ok()) return named(members.status());
  if (request.outputs > 2) {
    return absl::InvalidArgumentError("outputs: an ensemble yields its scores and, side by side, its models'");
  }
  std::vector<Weighted> opened;
  for (const EnsembleMember& member : *members) {
    ModelRequest of_member = request;
    of_member.file = member.name;
    absl::StatusOr<std::unique_ptr<Model>> model = OpenMember(member, of_member, options, context);
    if (!model.ok()) return named(model.status());
    opened.push_back({member.name, member.weight, *std::move(model)});
  }
  return std::make_unique<EnsembleModel>(request.file, std::move(opened), request.outputs == 2);
}

}  // namespace mote::engine
