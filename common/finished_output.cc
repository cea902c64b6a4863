#include "common/finished_output.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"

namespace mote {
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

}  // namespace

std::string EncodeFinished(Output output, BlobSink& blobs) {
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

absl::StatusOr<Output> DecodeFinished(const std::string& text) {
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(text));
  if (!json.is_object() || !json.contains("kind")) {
    return absl::InvalidArgumentError("the kernel \"finish\" answered something that is not an output");
  }
  for (const char* field : {"kind", "inline", "artifact", "schema"}) {
    if (json.contains(field) && !json[field].is_string()) {
      return absl::InvalidArgumentError(absl::StrCat("the kernel \"finish\" answered a ", field, " that is no text"));
    }
  }
  for (const char* number : {"rows", "bytes"}) {
    if (json.contains(number) && !json[number].is_number_integer()) {
      return absl::InvalidArgumentError(absl::StrCat("the kernel \"finish\" answered ", number, " that is no number"));
    }
  }
  Output output;
  const std::string kind = json.value("kind", "");
  output.kind = kind == "table" ? OutputKind::kTable : kind == "blob" ? OutputKind::kBlob : OutputKind::kDocument;
  output.rows = json.value("rows", int64_t{0});
  output.bytes = json.value("bytes", int64_t{0});
  if (json.contains("artifact")) {
    MOTE_ASSIGN_OR_RETURN(output.content.artifact, ArtifactRef::Parse(json["artifact"].get<std::string>()));
  } else if (!absl::Base64Unescape(json.value("inline", ""), &output.content.bytes)) {
    return absl::InvalidArgumentError("the kernel \"finish\" answered content that is not base64");
  }
  if (!absl::Base64Unescape(json.value("schema", ""), &output.schema)) {
    return absl::InvalidArgumentError("the kernel \"finish\" answered columns that are not base64");
  }
  return output;
}

}  // namespace mote
