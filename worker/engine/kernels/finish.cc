// finish: what only an engine can do with the root of a pass: run a Reducer::Finish
// that reads blobs, or read a root that is too large to travel.
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "common/subtree.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"

namespace mote::engine {
namespace {

// Content goes into a blob where it would exceed this together with the columns: as
// base64 in JSON both must stay below kInlineBytesMax.
constexpr int64_t kInlineContentMax = kOutputSchemaBytesMax;

const char* KindName(OutputKind kind) {
  switch (kind) {
    case OutputKind::kTable:
      return "table";
    case OutputKind::kDocument:
      return "document";
    case OutputKind::kBlob:
      return "blob";
  }
  return "blob";
}

// {"kind", "rows", "bytes", "schema" (base64, tables only), and "inline" (base64) or
// "artifact"}.
std::string EncodeOutput(Output output, BlobSink& blobs) {
  Value& content = output.content;
  if (!content.artifact && static_cast<int64_t>(content.bytes.size() + output.schema.size()) > kInlineContentMax) {
    content.artifact = StoreArtifact(std::move(content.bytes), blobs);
  }
  Json json = {{"kind", KindName(output.kind)}, {"rows", output.rows}, {"bytes", output.bytes}};
  if (!output.schema.empty()) json["schema"] = absl::Base64Escape(output.schema);
  if (content.artifact) {
    json["artifact"] = content.artifact->ToString();
  } else {
    json["inline"] = absl::Base64Escape(content.bytes);
  }
  return json.dump();
}

class FinishPass final : public PassKernel {
 public:
  FinishPass(Subtree subtree, std::unique_ptr<Reducer> reducer)
      : subtree_(std::move(subtree)), reducer_(std::move(reducer)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    const auto read = [&context](const Value& value) { return ReadValue(value, context); };
    MOTE_ASSIGN_OR_RETURN(const NodeValue root, FoldSubtree(subtree_, *reducer_, read, context.blobs()));
    if (!subtree_.finish) {
      if (!root) return absl::InternalError("finish: none of the nodes has a value");
      *partial = EncodeOutput({OutputKind::kBlob, {*root, {}}, 0, static_cast<int64_t>(root->size())}, context.blobs());
      return absl::OkStatus();
    }
    MOTE_ASSIGN_OR_RETURN(Output output, reducer_->Finish(root ? &*root : nullptr, context.blobs(), &context));
    *partial = EncodeOutput(std::move(output), context.blobs());
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
