#include "coordinator/plan/plan_memo.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::coordinator {

Json EncodeValue(const Value& value) {
  if (value.artifact) return {{"artifact", value.artifact->ToString()}};
  return {{"bytes", absl::Base64Escape(value.bytes)}};
}

absl::StatusOr<Value> DecodeValue(const Json& json) {
  Value value;
  if (json.is_object() && json.contains("artifact") && json["artifact"].is_string()) {
    MOTE_ASSIGN_OR_RETURN(value.artifact, ArtifactRef::Parse(json["artifact"].get<std::string>()));
    return value;
  }
  const bool inline_bytes = json.is_object() && json.contains("bytes") && json["bytes"].is_string();
  if (inline_bytes && absl::Base64Unescape(json["bytes"].get<std::string>(), &value.bytes)) return value;
  return absl::InvalidArgumentError(absl::StrCat("not a value in a memo: ", json.dump()));
}

Json EncodeOutput(const Output& output) {
  Json json{{"kind", static_cast<int>(output.kind)},
            {"content", EncodeValue(output.content)},
            {"rows", output.rows},
            {"bytes", output.bytes},
            {"schema", absl::Base64Escape(output.schema)}};
  for (const SiteRows& site : output.sites) {
    json["sites"].push_back({site.worker, EncodeValue(site.content), site.rows, site.bytes});
  }
  return json;
}

absl::StatusOr<Output> DecodeOutput(const Json& json) {
  Output output;
  const int kind = json.at("kind").get<int>();
  const bool known = kind >= 0 && kind <= static_cast<int>(OutputKind::kBlob);
  if (!known || !absl::Base64Unescape(json.at("schema").get<std::string>(), &output.schema)) {
    return absl::InvalidArgumentError("not an output in a memo");
  }
  output.kind = static_cast<OutputKind>(kind);
  MOTE_ASSIGN_OR_RETURN(output.content, DecodeValue(json.at("content")));
  output.rows = json.at("rows").get<int64_t>();
  output.bytes = json.at("bytes").get<int64_t>();
  if (!json.contains("sites")) return output;
  for (const Json& entry : json.at("sites")) {
    SiteRows& site = output.sites.emplace_back(
        SiteRows{entry.at(0).get<std::string>(), {}, entry.at(2).get<int64_t>(), entry.at(3).get<int64_t>()});
    MOTE_ASSIGN_OR_RETURN(site.content, DecodeValue(entry.at(1)));
  }
  return output;
}

PassSpec OneTask(std::string kernel, const Json& parameters) {
  PassSpec pass;
  pass.kernel = std::move(kernel);
  pass.parameters = parameters.dump();
  pass.task_count = 1;
  pass.reducer = "single";
  pass.finish = false;
  return pass;
}

absl::StatusOr<Json> DocumentOf(const CompletedPass& done, const std::string& what) {
  if (done.absent_all) {
    return absl::InvalidArgumentError(absl::StrCat("the task for ", what, " was quarantined; see its cause"));
  }
  if (done.root.artifact) return absl::ResourceExhaustedError(absl::StrCat(what, ": too long to plan with"));
  return ParseJson(done.root.bytes);
}

absl::StatusOr<ArtifactRef> ArtifactOf(const Json& document, const std::string& key) {
  if (document.is_object() && document.contains(key) && document[key].is_string()) {
    return ArtifactRef::Parse(document[key].get<std::string>());
  }
  return absl::InvalidArgumentError(absl::StrCat("an engine answered ", document.dump(), " without ", key));
}

Output BlobOutput(const ArtifactRef& blob, std::string format) {
  Output output;
  output.kind = OutputKind::kBlob;
  output.content.artifact = blob;
  output.bytes = blob.bytes;
  output.schema = std::move(format);
  return output;
}

Output DocumentOutput(const ArtifactRef& document) {
  Output output;
  output.kind = OutputKind::kDocument;
  output.content.artifact = document;
  output.bytes = document.bytes;
  return output;
}

Output DocumentOutput(const Json& document) {
  Output output;
  output.kind = OutputKind::kDocument;
  output.content.bytes = document.dump();
  output.bytes = static_cast<int64_t>(output.content.bytes.size());
  return output;
}

}  // namespace mote::coordinator
