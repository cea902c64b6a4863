#include "common/store_bytes.h"

#include <algorithm>
#include <utility>

#include "common/check.h"

namespace mote {

ArtifactRef StoreArtifact(std::string bytes, BlobSink& sink) {
  const int64_t size = static_cast<int64_t>(bytes.size());
  if (size <= kBlobBytesMax) return {sink.Store(std::move(bytes)), size, false};
  Manifest manifest;
  for (int64_t at = 0; at < size; at += kBlobBytesMax) {
    const int64_t length = std::min(kBlobBytesMax, size - at);
    std::string piece = bytes.substr(static_cast<size_t>(at), static_cast<size_t>(length));
    manifest.blobs.push_back({sink.Store(std::move(piece)), length});
  }
  std::string encoded = manifest.Encode();
  MOTE_CHECK(static_cast<int64_t>(encoded.size()) <= kBlobBytesMax, "an artifact needs a manifest larger than a blob");
  return {sink.Store(std::move(encoded)), size, true};
}

Value StoreBytes(std::string bytes, BlobSink& sink) {
  if (static_cast<int64_t>(bytes.size()) <= kInlineBytesMax) return {std::move(bytes), std::nullopt};
  return {"", StoreArtifact(std::move(bytes), sink)};
}

Value StoreForMemo(std::string bytes, BlobSink& sink) {
  if (static_cast<int64_t>(bytes.size()) <= kMemoInlineBytesMax) return {std::move(bytes), std::nullopt};
  return {"", StoreArtifact(std::move(bytes), sink)};
}

}  // namespace mote
