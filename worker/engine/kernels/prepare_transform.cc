// `prepare.transform`: what TransformRows makes of a task, for the reducer `splits`. With
// `counts_only` the rows stay where they are: what goes out is how many there are, and which
// task makes them (common/prepare/prepared_view.h).
#include <memory>
#include <string>
#include <utility>

#include "common/json.h"
#include "common/reducers/splits.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/transform_rows.h"
#include "worker/engine/prepared_rows.h"

namespace mote::engine {
namespace {

class TransformPass final : public PassKernel {
 public:
  TransformPass(std::unique_ptr<TransformRows> rows, bool counts_only)
      : rows_(std::move(rows)), counts_only_(counts_only) {}

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(TransformedRows made, rows_->Run(task, context));
    if (!counts_only_) return SplitsLeaf(std::move(made.tables), made.quality, partial, context.blobs());
    TaskRowsSink nowhere(task);
    return SplitsLeaf(std::move(made.tables), made.quality, partial, nowhere, /*inline_bytes_max=*/0);
  }

 private:
  const std::unique_ptr<TransformRows> rows_;
  const bool counts_only_;
};

class TransformKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<TransformRows> rows, TransformRows::Open(pass, context));
    return std::make_unique<TransformPass>(std::move(rows), parameters.value("counts_only", false));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakePrepareTransformKernel() { return std::make_unique<TransformKernel>(); }

}  // namespace mote::engine
