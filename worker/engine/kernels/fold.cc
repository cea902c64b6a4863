// fold: combines nodes of a pass's tree that are too large to travel, in the order of
// the tree. Its leaf is a partial of the pass's own reducer.
#include <memory>
#include <string>
#include <utility>

#include "common/json.h"
#include "common/status_macros.h"
#include "common/subtree.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"

namespace mote::engine {
namespace {

class FoldPass final : public PassKernel {
 public:
  FoldPass(Subtree subtree, std::unique_ptr<Reducer> reducer)
      : subtree_(std::move(subtree)), reducer_(std::move(reducer)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    const auto read = [&context](const Value& value) { return ReadValue(value, context); };
    MOTE_ASSIGN_OR_RETURN(NodeValue folded, FoldSubtree(subtree_, *reducer_, read, context.blobs()));
    if (!folded) return absl::InternalError("fold: none of the nodes has a value");
    *partial = *std::move(folded);
    return absl::OkStatus();
  }

 private:
  const Subtree subtree_;
  const std::unique_ptr<Reducer> reducer_;
};

class FoldKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(Subtree subtree, ReadSubtree(pass));
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(subtree.reducer_parameters));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<Reducer> reducer, MakeReducer(subtree.reducer, parameters));
    return std::make_unique<FoldPass>(std::move(subtree), std::move(reducer));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeFoldKernel() { return std::make_unique<FoldKernel>(); }

}  // namespace mote::engine
