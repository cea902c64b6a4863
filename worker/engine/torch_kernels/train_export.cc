// Kernel train.export: the model alone from the pass's input "state", as a file of
// its own, safetensors or, of a module, TorchScript. Parameters {features, classes}: their names, or empty lists. One
// task; its leaf is {"state": artifact}.
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/network.h"
#include "worker/engine/torch_kernels/torch_runtime.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::engine {
namespace {

struct Names {
  std::vector<std::string> features;
  std::vector<std::string> classes;
};

class ExportPass final : public PassKernel {
 public:
  ExportPass(const ArtifactRef& state, Names names, std::string device)
      : state_(state), names_(std::move(names)), device_(std::move(device)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const TrainState state, ReadState(state_, StatePart::kWeights, context));
    std::string file;
    if (state.spec.script() != nullptr) {
      MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<Network> network, Network::Load(state, device_, context));
      MOTE_ASSIGN_OR_RETURN(file, network->SaveScript());
    } else {
      file = state.EncodeModel(names_.features, names_.classes);
    }
    const ArtifactRef stored = StoreArtifact(std::move(file), context.blobs());
    *partial = Json{{"state", stored.ToString()}}.dump();
    return absl::OkStatus();
  }

 private:
  const ArtifactRef state_;
  const Names names_;
  const std::string device_;
};

class ExportKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions& options,
                                                   TaskContext&) override {
    MOTE_RETURN_IF_ERROR(StartTorch(options));
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef state, ArtifactInput(pass, "state"));
    MOTE_ASSIGN_OR_RETURN(Names names, ReadParameters<Names>(pass, [](const Json& json) {
                            return Names{json.at("features").get<std::vector<std::string>>(),
                                         json.at("classes").get<std::vector<std::string>>()};
                          }));
    return std::make_unique<ExportPass>(state, std::move(names), options.device);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainExportKernel() { return std::make_unique<ExportKernel>(); }

}  // namespace mote::engine
