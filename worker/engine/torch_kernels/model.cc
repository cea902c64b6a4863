#include "worker/engine/torch_kernels/model.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/model_format.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/torch_kernels/attributing_model.h"
#include "worker/engine/torch_kernels/ensemble_model.h"

namespace mote::engine {
namespace {

class NativeModel final : public Model {
 public:
  explicit NativeModel(std::shared_ptr<Network> network) : network_(std::move(network)) {}

  absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(ClassScores scored, network_->Score(batches.front(), context));
    std::vector<ModelOutput> outputs(1);
    outputs[0].width = network_->spec().out();
    outputs[0].floats = std::move(scored.scores);
    return outputs;
  }

 private:
  const std::shared_ptr<Network> network_;
};

class ScriptModel final : public Model {
 public:
  explicit ScriptModel(std::shared_ptr<ScriptModule> script) : script_(std::move(script)) {}

  absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext& context) override {
    return script_->Run(batches, context);
  }

 private:
  const std::shared_ptr<ScriptModule> script_;
};

}  // namespace

std::unique_ptr<Model> MakeNativeModel(std::shared_ptr<Network> network) {
  return std::make_unique<NativeModel>(std::move(network));
}

absl::StatusOr<std::unique_ptr<Model>> OpenModel(const PassSpec& pass, const ModelRequest& request,
                                                 const EngineOptions& options, Caches& caches, TaskContext& context) {
  if (request.format == kTorchScriptModel) {
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<ScriptModule> script,
                          caches.Script(pass, "model", request.file, options, context));
    return std::make_unique<ScriptModel>(std::move(script));
  }
  if (request.format == kEnsembleModel) {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef ref, ArtifactInput(pass, "model"));
    MOTE_ASSIGN_OR_RETURN(const std::string file, ReadArtifact(ref, 0, -1, context));
    return OpenEnsemble(file, request, options, context);
  }
  if (request.format != kNativeModel) {
    return absl::InvalidArgumentError(
        absl::StrCat("infer: this engine knows no models of format \"", request.format, "\""));
  }
  absl::StatusOr<std::shared_ptr<Network>> network = caches.Weights(pass, "model", options, context);
  if (!network.ok()) {
    return absl::Status(network.status().code(),
                        absl::StrCat("model \"", request.file, "\": ", network.status().message()));
  }
  MOTE_RETURN_IF_ERROR(CheckFeatures(request, (*network)->spec().in(), (*network)->features()));
  if (request.attribution) return MakeAttributingModel(*std::move(network), *request.attribution);
  return MakeNativeModel(*std::move(network));
}

}  // namespace mote::engine
