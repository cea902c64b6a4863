#include "coordinator/rpc/stored_artifacts.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::coordinator {
namespace {

// What is here is found again, so that it does not go before the job holds it.
absl::Status CheckBlob(const BlobRef& blob, ArtifactStore& store) {
  const absl::StatusOr<int64_t> size = store.Size(blob.digest);
  if (absl::IsNotFound(size.status()) || !store.Touch(blob.digest)) {
    return absl::NotFoundError(absl::StrCat("blob ", blob.digest.Hex(), " is not stored; put it, then submit again"));
  }
  if (!size.ok()) return size.status();
  if (*size == blob.bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("blob ", blob.digest.Hex(), " has ", *size, " bytes, not ", blob.bytes, "; mend the client"));
}

absl::Status CheckManifest(const ArtifactRef& artifact, ArtifactStore& store) {
  store.Touch(artifact.digest);
  MOTE_ASSIGN_OR_RETURN(const BlobRange encoded, store.Get(artifact.digest, 0, 0));
  MOTE_ASSIGN_OR_RETURN(const Manifest manifest, Manifest::Decode(encoded.bytes()));
  if (manifest.bytes() != artifact.bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the manifest lists ", manifest.bytes(), " bytes, not ", artifact.bytes, "; mend the client"));
  }
  for (const BlobRef& blob : manifest.blobs) MOTE_RETURN_IF_ERROR(CheckBlob(blob, store));
  return absl::OkStatus();
}

absl::Status Check(const std::string& text, const std::string& place, ArtifactStore& store) {
  const absl::Status status = [&]() -> absl::Status {
    MOTE_ASSIGN_OR_RETURN(const ArtifactRef artifact, ArtifactRef::Parse(text));
    return artifact.manifest ? CheckManifest(artifact, store) : CheckBlob({artifact.digest, artifact.bytes}, store);
  }();
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(place, ": ", std::string(status.message())));
}

absl::Status CheckWithin(const Json& json, const std::string& place, ArtifactStore& store) {
  if (json.is_array()) {
    for (size_t i = 0; i < json.size(); ++i) {
      MOTE_RETURN_IF_ERROR(CheckWithin(json[i], absl::StrCat(place, "[", i, "]"), store));
    }
  }
  if (!json.is_object()) return absl::OkStatus();
  for (const auto& [name, value] : json.items()) {
    const std::string path = absl::StrCat(place, ".", name);
    if (name == "artifact" && value.is_string() && absl::StartsWith(value.get<std::string>(), "sha256:")) {
      MOTE_RETURN_IF_ERROR(Check(value.get<std::string>(), path, store));
    } else {
      MOTE_RETURN_IF_ERROR(CheckWithin(value, path, store));
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool NamesArtifacts(const JobSpec& spec) {
  return !spec.inputs.empty() || std::any_of(spec.stages.begin(), spec.stages.end(), [](const StageSpec& stage) {
    return absl::StrContains(stage.parameters, "sha256:");
  });
}

absl::Status CheckArtifactsAreStored(const JobSpec& spec, ArtifactStore& store) {
  for (size_t i = 0; i < spec.inputs.size(); ++i) {
    const InputSpec& input = spec.inputs[i];
    if (input.shared) continue;
    MOTE_RETURN_IF_ERROR(Check(input.artifact, absl::StrCat("inputs[", i, "] (", input.path, ")"), store));
  }
  for (size_t i = 0; i < spec.stages.size(); ++i) {
    const StageSpec& stage = spec.stages[i];
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(stage.parameters));
    MOTE_RETURN_IF_ERROR(CheckWithin(parameters, absl::StrCat("stages[", i, "].", stage.operation), store));
  }
  return absl::OkStatus();
}

}  // namespace mote::coordinator
