// Kernel infer.trees: infer_pass.h with a model of forest or boost; no libtorch.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/infer_pass.h"
#include "worker/engine/pass_parts.h"
#include "worker/engine/trees/scoring_model.h"
#include "worker/engine/trees/tree_caches.h"

namespace mote::engine {
namespace {

class InferTreesKernel final : public Kernel {
 public:
  explicit InferTreesKernel(std::shared_ptr<TreeCaches> caches) : caches_(std::move(caches)) {}

  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(std::shared_ptr<RowSource> rows, OpenRows(pass, "input", context));
    return OpenInferPass(pass, std::move(rows),
                         [&](const ModelRequest& request) { return Open(pass, request, context); });
  }

 private:
  absl::StatusOr<std::unique_ptr<Model>> Open(const PassSpec& pass, const ModelRequest& request,
                                              TaskContext& context) const {
    absl::StatusOr<std::shared_ptr<const TreeModel>> model = caches_->Model(pass, context);
    if (!model.ok()) {
      return absl::Status(model.status().code(),
                          absl::StrCat("model \"", request.file, "\": ", model.status().message()));
    }
    MOTE_RETURN_IF_ERROR(CheckFeatures(request, (*model)->width(), (*model)->head().features));
    return std::make_unique<ScoringModel>(*std::move(model));
  }

  const std::shared_ptr<TreeCaches> caches_;
};

}  // namespace

std::unique_ptr<Kernel> MakeInferTreesKernel(std::shared_ptr<TreeCaches> caches) {
  return std::make_unique<InferTreesKernel>(std::move(caches));
}

}  // namespace mote::engine
