// finish: what only an engine can do with a pass's tree: combine partials that lie in
// the store, and run a Reducer::Finish that reads blobs.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/fold.h"
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

// What is left of a pass's tree: the parameters say where each input stands.
struct Rest {
  std::unique_ptr<Reducer> reducer;
  bool finish = true;
  int64_t task_count = 0;
  std::vector<std::pair<Block, std::optional<Value>>> nodes;  // nullopt: absent
};

class FinishPass final : public PassKernel {
 public:
  explicit FinishPass(Rest rest) : rest_(std::move(rest)) {}

  absl::Status RunTask(int64_t, TaskContext& context, std::string* partial) override {
    MOTE_ASSIGN_OR_RETURN(const NodeValue root, FoldRest(context));
    if (!rest_.finish) {
      if (!root) return absl::InternalError("finish: none of the nodes has a value");
      *partial = EncodeOutput({OutputKind::kBlob, {*root, {}}, 0, static_cast<int64_t>(root->size())}, context.blobs());
      return absl::OkStatus();
    }
    MOTE_ASSIGN_OR_RETURN(Output output, rest_.reducer->Finish(root ? &*root : nullptr, context.blobs(), &context));
    *partial = EncodeOutput(std::move(output), context.blobs());
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<NodeValue> FoldRest(TaskContext& context) const {
    Fold fold(rest_.task_count);
    for (const auto& [block, value] : rest_.nodes) {
      Node node{block, std::nullopt};
      if (value) {
        MOTE_ASSIGN_OR_RETURN(node.partial, ReadValue(*value, context));
      }
      MOTE_RETURN_IF_ERROR(fold.Insert(std::move(node), *rest_.reducer, context.blobs()));
    }
    if (!fold.whole()) return absl::InvalidArgumentError("finish: the nodes are not a whole tree");
    return fold.root();
  }

  const Rest rest_;
};

absl::StatusOr<Rest> ReadRest(const PassSpec& pass) {
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
  try {
    Rest rest;
    MOTE_ASSIGN_OR_RETURN(
        rest.reducer, MakeReducer(parameters.at("reducer").get<std::string>(), parameters.at("reducer_parameters")));
    rest.finish = parameters.at("finish").get<bool>();
    rest.task_count = parameters.at("task_count").get<int64_t>();
    for (const Json& node : parameters.at("nodes")) {
      const auto input = pass.inputs.find(absl::StrCat(rest.nodes.size()));
      rest.nodes.emplace_back(Block{node.at("level").get<int>(), node.at("index").get<int64_t>()}, std::nullopt);
      if (input != pass.inputs.end()) rest.nodes.back().second = input->second;
    }
    return rest;
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("finish: wrong parameters: ", error.what()));
  }
}

class FinishKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&, TaskContext&) override {
    MOTE_ASSIGN_OR_RETURN(Rest rest, ReadRest(pass));
    return std::make_unique<FinishPass>(std::move(rest));
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeFinishKernel() { return std::make_unique<FinishKernel>(); }

}  // namespace mote::engine
