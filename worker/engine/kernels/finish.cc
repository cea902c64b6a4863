// finish: what only an engine can do with the root of a pass: run a Reducer::Finish
// that reads blobs, or read a root that is too large to travel.
#include <memory>
#include <string>
#include <utility>

#include "common/finished_output.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "common/subtree.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"

namespace mote::engine {
namespace {

class FinishPass final : public PassKernel {
 public:
  FinishPass(Subtree subtree, std::unique_ptr<Reducer> reducer)
      : subtree_(std::move(subtree)), reducer_(std::move(reducer)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    const auto read = [&context](const Value& value) { return ReadValue(value, context); };
    MOTE_ASSIGN_OR_RETURN(const NodeValue root, FoldSubtree(subtree_, *reducer_, read, context.blobs()));
    if (!subtree_.finish) {
      if (!root) return absl::InternalError("finish: none of the nodes has a value");
      *partial =
          EncodeFinished({OutputKind::kBlob, {*root, {}}, 0, static_cast<int64_t>(root->size())}, context.blobs());
      return absl::OkStatus();
    }
    MOTE_ASSIGN_OR_RETURN(Output output, reducer_->Finish(root ? &*root : nullptr, context.blobs(), &context));
    *partial = EncodeFinished(std::move(output), context.blobs());
    return absl::OkStatus();
  }

 private:
  const Subtree subtree_;
  const std::unique_ptr<Reducer> reducer_;
};

class FinishKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(Subtree subtree, ReadSubtree(pass));
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(subtree.reducer_parameters));
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<Reducer> reducer, MakeReducer(subtree.reducer, parameters));
    return std::make_unique<FinishPass>(std::move(subtree), std::move(reducer));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeFinishKernel() { return std::make_unique<FinishKernel>(); }

}  // namespace mote::engine
