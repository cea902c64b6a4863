// Kernel infer: infer_pass.h with a model that needs libtorch.
#include <utility>

#include "common/status_macros.h"
#include "worker/engine/infer_pass.h"
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/model.h"
#include "worker/engine/torch_kernels/torch_runtime.h"

namespace mote::engine {
namespace {

class InferKernel final : public Kernel {
 public:
  explicit InferKernel(std::shared_ptr<Caches> caches) : caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions& options,
                                                   TaskContext& context) override {
    MOTE_RETURN_IF_ERROR(StartTorch(options));
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<RowSource> rows, caches_->Rows(pass, "input", context));
    return OpenInferPass(pass, std::move(rows), [&](const ModelRequest& request) {
      return OpenModel(pass, request, options, *caches_, context);
    });
  }

 private:
  const std::shared_ptr<Caches> caches_;
};

}  // namespace

std::unique_ptr<Kernel> MakeInferKernel(std::shared_ptr<Caches> caches) {
  return std::make_unique<InferKernel>(std::move(caches));
}

}  // namespace mote::engine
