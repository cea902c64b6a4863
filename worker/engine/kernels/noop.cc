// noop: tasks that do nothing, to measure everything else.
#include <memory>
#include <string>
#include <utility>

#include "common/json.h"
#include "common/status_macros.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {
namespace {

// Every task has the same leaf (no rows), so it is made once.
class NoopPass final : public PassKernel {
 public:
  explicit NoopPass(std::string leaf) : leaf_(std::move(leaf)) {}
  absl::Status RunTask(int64_t, TaskContext&, std::string* partial) override {
    *partial = leaf_;
    return absl::OkStatus();
  }

 private:
  const std::string leaf_;
};

class NoopKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<RowReducer> reducer, RowReducerOf(pass));
    std::string leaf;
    MOTE_RETURN_IF_ERROR(reducer->Leaf(Table(), &leaf, context.blobs()));
    return std::make_unique<NoopPass>(std::move(leaf));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeNoopKernel() { return std::make_unique<NoopKernel>(); }

}  // namespace mote::engine
