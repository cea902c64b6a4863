#include "common/artifact.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/bytes.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr std::string_view kManifestMagic = "MOTEMAN1";

}  // namespace

std::string ArtifactRef::ToString() const {
  return absl::StrCat("sha256:", digest.Hex(), ":", bytes, manifest ? ":manifest" : "");
}

absl::StatusOr<ArtifactRef> ArtifactRef::Parse(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(std::string(text), ':');
  ArtifactRef ref;
  const bool form = (parts.size() == 3 || (parts.size() == 4 && parts[3] == "manifest")) && parts[0] == "sha256" &&
                    absl::SimpleAtoi(parts[2], &ref.bytes) && ref.bytes >= 0;
  if (!form) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", std::string(text), "\" is not an artifact (sha256:<hex>:<bytes>[:manifest])"));
  }
  MOTE_ASSIGN_OR_RETURN(ref.digest, Digest::FromHex(parts[1]));
  ref.manifest = parts.size() == 4;
  if (!ref.manifest && ref.bytes > kBlobBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("artifact of ", ref.bytes, " bytes without a manifest; blobs have at most ", kBlobBytesMax));
  }
  return ref;
}

int64_t Manifest::bytes() const {
  int64_t total = 0;
  for (const BlobRef& blob : blobs) total += blob.bytes;
  return total;
}

std::string Manifest::Encode() const {
  std::string out;
  ByteWriter writer(&out);
  writer.PutRaw(kManifestMagic);
  writer.Put(static_cast<uint64_t>(blobs.size()));
  for (const BlobRef& blob : blobs) {
    writer.PutRaw(blob.digest.Raw());
    writer.Put(blob.bytes);
  }
  return out;
}

absl::StatusOr<Manifest> Manifest::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  MOTE_ASSIGN_OR_RETURN(const std::string_view magic, reader.GetRaw(kManifestMagic.size()));
  if (magic != kManifestMagic) return absl::InvalidArgumentError("not a manifest: the magic bytes are missing");
  MOTE_ASSIGN_OR_RETURN(const uint64_t count, reader.Get<uint64_t>());
  if (count != reader.remaining() / 40 || reader.remaining() % 40 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("manifest of ", count, " blobs has ", reader.remaining(), " bytes of entries; 40 each expected"));
  }
  Manifest manifest;
  manifest.blobs.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    BlobRef blob;
    MOTE_ASSIGN_OR_RETURN(const std::string_view raw, reader.GetRaw(32));
    MOTE_ASSIGN_OR_RETURN(blob.digest, Digest::FromRaw(raw));
    MOTE_ASSIGN_OR_RETURN(blob.bytes, reader.Get<int64_t>());
    if (blob.bytes < 0 || blob.bytes > kBlobBytesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("manifest entry ", i, " has ", blob.bytes, " bytes; at most ", kBlobBytesMax, " are allowed"));
    }
    manifest.blobs.push_back(blob);
  }
  return manifest;
}

}  // namespace mote
