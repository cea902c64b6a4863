#include "coordinator/runtime/artifact_drops.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "coordinator/artifacts/artifact_blobs.h"
#include "spdlog/spdlog.h"

namespace mote::coordinator {
namespace {

// A blob that was put this lately is somebody's: a twin job makes equal states.
constexpr absl::Duration kPutLately = absl::Seconds(5);

}  // namespace

absl::flat_hash_set<Digest> ArtifactDrops::TakeDue() {
  absl::flat_hash_set<Digest> due;
  const auto end = later_.upper_bound(absl::Now());
  for (auto at = later_.begin(); at != end; ++at) due.insert(at->second);
  later_.erase(later_.begin(), end);
  return due;
}

absl::Status ArtifactDrops::Drop(const DropArtifacts& drop) {
  absl::flat_hash_set<Digest> doomed = TakeDue();
  for (const ArtifactRef& artifact : drop.artifacts) {
    const absl::StatusOr<std::vector<Digest>> blobs = BlobsOf(store_, artifact);
    if (blobs.ok()) doomed.insert(blobs->begin(), blobs->end());
    if (blobs.ok() || absl::IsNotFound(blobs.status())) continue;  // dropped before a crash
    if (!IsUnreadable(blobs.status())) return blobs.status();
    spdlog::warn("artifact {} is over, and which blobs it had is not known: {}", artifact.ToString(),
                 std::string(blobs.status().message()));
  }
  std::map<Digest, std::vector<Digest>> manifests;
  for (const ArtifactRef& artifact : drop.in_use) {
    doomed.erase(artifact.digest);
    if (!artifact.manifest) continue;
    auto known = manifests_.extract(artifact.digest);
    if (known.empty()) {
      absl::StatusOr<std::vector<Digest>> blobs = BlobsOf(store_, artifact);
      if (!blobs.ok() && !IsUnreadable(blobs.status())) return blobs.status();
      if (!blobs.ok()) continue;  // until it is put again
      manifests.emplace(artifact.digest, *std::move(blobs));
    } else {
      manifests.insert(std::move(known));
    }
    for (const Digest& blob : manifests.at(artifact.digest)) doomed.erase(blob);
  }
  manifests_ = std::move(manifests);
  const absl::Time put_before = absl::Now() - kPutLately;
  for (const Digest& blob : doomed) {
    MOTE_ASSIGN_OR_RETURN(const auto removal, store_.RemovePutBefore(blob, put_before));
    if (removal.put) later_.emplace(*removal.put + kPutLately, blob);
  }
  return absl::OkStatus();
}

}  // namespace mote::coordinator
