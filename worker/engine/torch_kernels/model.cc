#include "worker/engine/torch_kernels/model.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/torch_kernels/attributing_model.h"
#include "worker/engine/torch_kernels/ensemble_model.h"

namespace mote::engine {
namespace {

class NativeModel final : public Model {
 public:
  explicit NativeModel(std::shared_ptr<Mlp> mlp) : mlp_(std::move(mlp)) {}

  absl::StatusOr<std::vector<ModelOutput>> Run(const std::vector<Batch>& batches, TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(ClassScores scored, mlp_->Score(batches.front(), context));
    std::vector<ModelOutput> outputs(1);
    outputs[0].width = mlp_->spec().out;
    outputs[0].floats = std::move(scored.scores);
    return outputs;
  }

 private:
  const std::shared_ptr<Mlp> mlp_;
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

std::unique_ptr<Model> MakeNativeModel(std::shared_ptr<Mlp> mlp) {
  return std::make_unique<NativeModel>(std::move(mlp));
}

absl::StatusOr<std::unique_ptr<Model>> OpenModel(const PassSpec& pass, const ModelRequest& request,
                                                 const EngineOptions& options, Caches& caches, TaskContext& context) {
  if (request.door == "torchscript") {
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<ScriptModule> script,
                          caches.Script(pass, "model", request.file, options, context));
    return std::make_unique<ScriptModel>(std::move(script));
  }
  if (request.door == "ensemble") {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef ref, ArtifactInput(pass, "model"));
    MOTE_ASSIGN_OR_RETURN(const std::string file, ReadArtifact(ref, 0, -1, context));
    return OpenEnsemble(file, request, options, context);
  }
  if (request.door != "native") {
    return absl::InvalidArgumentError(
        absl::StrCat("infer: this engine knows no models of kind \"", request.door, "\""));
  }
  absl::StatusOr<std::shared_ptr<Mlp>> mlp = caches.Weights(pass, "model", options, context);
  if (!mlp.ok()) {
    return absl::Status(mlp.status().code(), absl::StrCat("model \"", request.file, "\": ", mlp.status().message()));
  }
  MOTE_RETURN_IF_ERROR(CheckFeatures(request, (*mlp)->spec().in, (*mlp)->features()));
  if (request.attribution) return MakeAttributingModel(*std::move(mlp), *request.attribution);
  return MakeNativeModel(*std::move(mlp));
}

}  // namespace mote::engine
