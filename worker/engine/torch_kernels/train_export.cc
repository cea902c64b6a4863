// Kernel train.export: the model alone from the pass's input "state", as a file of
// its own. Parameters {features, classes}: their names, or empty lists. One task; its
// leaf is {"state": artifact}.
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/pass_json.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::engine {
namespace {

struct Names {
  std::vector<std::string> features;
  std::vector<std::string> classes;
};

class ExportPass final : public PassKernel {
 public:
  ExportPass(const ArtifactRef& state, Names names) : state_(state), names_(std::move(names)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const TrainState state, ReadState(state_, StatePart::kWeights, context));
    const ArtifactRef stored = StoreArtifact(state.EncodeModel(names_.features, names_.classes), context.blobs());
    *partial = Json{{"state", stored.ToString()}}.dump();
    return absl::OkStatus();
  }

 private:
  const ArtifactRef state_;
  const Names names_;
};

class ExportKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef state, ArtifactInput(pass, "state"));
    MOTE_ASSIGN_OR_RETURN(Names names, ReadParameters<Names>(pass, [](const Json& json) {
                            return Names{json.at("features").get<std::vector<std::string>>(),
                                         json.at("classes").get<std::vector<std::string>>()};
                          }));
    return std::make_unique<ExportPass>(state, std::move(names));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainExportKernel() { return std::make_unique<ExportKernel>(); }

}  // namespace mote::engine
