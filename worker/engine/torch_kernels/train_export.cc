// Kernel train.export: the model alone from the pass's input "state", as a file of
// its own. One task; its leaf is {"state": artifact}.
#include <string>

#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::engine {
namespace {

class ExportPass final : public PassKernel {
 public:
  explicit ExportPass(const ArtifactRef& state) : state_(state) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const TrainState state, ReadState(state_, StatePart::kWeights, context));
    const ArtifactRef stored = StoreArtifact(state.EncodeModel(), context.blobs());
    *partial = Json{{"state", stored.ToString()}}.dump();
    return absl::OkStatus();
  }

 private:
  const ArtifactRef state_;
};

class ExportKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef state, ArtifactInput(pass, "state"));
    return std::make_unique<ExportPass>(state);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeTrainExportKernel() { return std::make_unique<ExportKernel>(); }

}  // namespace mote::engine
