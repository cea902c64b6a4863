// Artifacts: immutable bytes named by SHA-256.
//
//   blob      at most 4 MiB, named by the digest of its bytes
//   manifest  a blob that lists the blobs of something larger, in order; named by
//             the digest of the manifest
//
// Blobs are the unit of transfer, verification and caching: any range of a large
// artifact is read by fetching only the blobs that it touches.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/digest.h"

namespace mote {

inline constexpr int64_t kBlobBytesMax = 4 << 20;

struct BlobRef {
  Digest digest;
  int64_t bytes = 0;
  auto operator<=>(const BlobRef&) const = default;
};

struct ArtifactRef {
  Digest digest;          // of the blob, or of the manifest
  int64_t bytes = 0;      // of the content (not of the manifest)
  bool manifest = false;  // false: `digest` names the content itself

  auto operator<=>(const ArtifactRef&) const = default;
  // "sha256:<hex>:<bytes>" or "sha256:<hex>:<bytes>:manifest": how artifacts stand
  // in parameters and job specifications.
  std::string ToString() const;
  // InvalidArgument: not of that form, or a size that no artifact has.
  static absl::StatusOr<ArtifactRef> Parse(std::string_view text);
};

// Which blobs make up a large artifact.
struct Manifest {
  std::vector<BlobRef> blobs;

  int64_t bytes() const;
  // Canonical bytes: equal content cut equally has equal bytes.
  std::string Encode() const;
  // InvalidArgument: not a manifest (wrong magic, truncated, a blob over 4 MiB).
  static absl::StatusOr<Manifest> Decode(std::string_view bytes);
};

}  // namespace mote
