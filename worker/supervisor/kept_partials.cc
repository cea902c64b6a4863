#include "worker/supervisor/kept_partials.h"

#include <algorithm>
#include <filesystem>

#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace mote::worker {

absl::StatusOr<std::unique_ptr<KeptPartials>> KeptPartials::Open(const std::string& dir, BlobCache& cache) {
  std::error_code ignored;
  std::filesystem::remove_all(dir, ignored);
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<BlobFiles> files, BlobFiles::Open(dir));
  return std::unique_ptr<KeptPartials>(new KeptPartials(std::move(files), cache));
}

absl::StatusOr<std::vector<Digest>> KeptPartials::BlobsOf(const ArtifactRef& artifact) const {
  std::vector<Digest> blobs = {artifact.digest};
  if (!artifact.manifest) return blobs;
  MOTE_ASSIGN_OR_RETURN(const auto bytes, cache_.Read(artifact.digest));
  MOTE_ASSIGN_OR_RETURN(const Manifest manifest, Manifest::Decode(bytes->bytes()));
  for (const BlobRef& blob : manifest.blobs) blobs.push_back(blob.digest);
  return blobs;
}

absl::Status KeptPartials::Keep(PassId tree, const ArtifactRef& artifact) {
  MOTE_ASSIGN_OR_RETURN(std::vector<Digest> blobs, BlobsOf(artifact));
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<Digest> linked;
  for (const Digest& blob : blobs) {
    if (uses_[blob]++ == 0) {
      if (absl::Status status = cache_.LinkInto(*files_, blob); !status.ok()) {
        linked.push_back(blob);
        Drop(linked);
        return status;
      }
    }
    linked.push_back(blob);
  }
  trees_[tree].push_back({artifact, std::move(blobs)});
  return absl::OkStatus();
}

void KeptPartials::Drop(const std::vector<Digest>& blobs) {
  for (const Digest& blob : blobs) {
    const auto use = uses_.find(blob);
    if (--use->second > 0) continue;
    uses_.erase(use);
    if (const absl::Status removed = files_->Remove(blob); !removed.ok()) {
      spdlog::warn("a partial that is over stays on the disk: {}", removed.ToString());
    }
  }
}

void KeptPartials::Release(PassId tree, const std::optional<ArtifactRef>& artifact) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = trees_.find(tree);
  if (found == trees_.end()) return;
  std::vector<Kept>& kept = found->second;
  if (artifact) {
    const auto one = std::find_if(kept.begin(), kept.end(), [&](const Kept& k) { return k.artifact == *artifact; });
    if (one == kept.end()) return;
    Drop(one->blobs);
    kept.erase(one);
  } else {
    for (const Kept& one : kept) Drop(one.blobs);
    kept.clear();
  }
  if (kept.empty()) trees_.erase(found);
}

bool KeptPartials::Restore(const Digest& digest) {
  const auto blob = files_->Read(digest);
  if (!blob.ok()) return false;
  if (Sha256((*blob)->bytes()) == digest) return cache_.LinkFrom(*files_, digest).ok();
  spdlog::error("{} does not hold the bytes of its name; check the disk", files_->Path(digest));
  if (const absl::Status removed = files_->Remove(digest); !removed.ok()) spdlog::warn("{}", removed.ToString());
  return false;
}

}  // namespace mote::worker
