// finish: the root's Reducer::Finish, for reducers that must read blobs to do it.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
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
  FinishPass(std::unique_ptr<Reducer> reducer, std::optional<Value> root)
      : reducer_(std::move(reducer)), root_(std::move(root)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    std::string root;
    if (root_) {
      MOTE_ASSIGN_OR_RETURN(root, ReadValue(*root_, context));
    }
    MOTE_ASSIGN_OR_RETURN(Output output, reducer_->Finish(root_ ? &root : nullptr, context.blobs(), &context));
    *partial = EncodeOutput(std::move(output), context.blobs());
    return absl::OkStatus();
  }

 private:
  const std::unique_ptr<Reducer> reducer_;
  const std::optional<Value> root_;  // nullopt: no task of the pass has a result
};

class FinishKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    if (!parameters.is_object() || !parameters.contains("reducer") || !parameters["reducer"].is_string()) {
      return absl::InvalidArgumentError("finish: the parameter `reducer` is missing");
    }
    // The coordinator has them as JSON text; both forms mean the same.
    Json reducer_parameters = parameters.value("reducer_parameters", Json::object());
    if (reducer_parameters.is_string()) {
      MOTE_ASSIGN_OR_RETURN(reducer_parameters, ParseJson(reducer_parameters.get<std::string>()));
    }
    MOTE_ASSIGN_OR_RETURN(std::unique_ptr<Reducer> reducer,
                          MakeReducer(parameters["reducer"].get<std::string>(), reducer_parameters));
    std::optional<Value> root;
    if (const auto found = pass.inputs.find("partial"); found != pass.inputs.end()) root = found->second;
    return std::make_unique<FinishPass>(std::move(reducer), std::move(root));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeFinishKernel() { return std::make_unique<FinishKernel>(); }

}  // namespace mote::engine
