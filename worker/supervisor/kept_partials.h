// Large partials that this worker keeps until the coordinator releases them, and
// serves to workers that fold them.
//
// Hard links beside the cache: its bound, and other workers that share it, do not
// touch them. They end with the process, as the coordinator expects: whatever Hello
// does not name is lost.
//
// Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/files/blob_files.h"
#include "common/ids.h"
#include "worker/supervisor/blob_cache.h"

namespace mote::worker {

class KeptPartials {
 public:
  // Empties `dir`, which must be on the cache's file system. The cache must outlive it.
  //
  // Errors as BlobFiles::Open's.
  static absl::StatusOr<std::unique_ptr<KeptPartials>> Open(const std::string& dir, BlobCache& cache);

  // The blobs of an artifact that lies in the cache: itself, or its manifest and what
  // that lists.
  //
  //   NotFound         the manifest has left the cache
  //   InvalidArgument  it is none
  absl::StatusOr<std::vector<Digest>> BlobsOf(const ArtifactRef& artifact) const;

  // Keeps an artifact that lies in the cache for a pass's tree; as often as it is
  // kept, it must be released. Errors as BlobsOf's; NotFound also for other blobs.
  absl::Status Keep(PassId tree, const ArtifactRef& artifact);
  // Releases one artifact of the tree, or all.
  void Release(PassId tree, const std::optional<ArtifactRef>& artifact);

  // Brings a kept blob back into the cache. False: it is not kept here, or no more: a
  // disk that has changed it has lost it.
  bool Restore(const Digest& digest);
  // NotFound: it is not kept here.
  absl::StatusOr<std::shared_ptr<const FileBytes>> Read(const Digest& digest) const { return files_->Read(digest); }

 private:
  struct Kept {
    ArtifactRef artifact;
    std::vector<Digest> blobs;
  };

  KeptPartials(std::unique_ptr<BlobFiles> files, BlobCache& cache) : files_(std::move(files)), cache_(cache) {}
  // Requires mutex_.
  void Drop(const std::vector<Digest>& blobs);

  const std::unique_ptr<BlobFiles> files_;
  BlobCache& cache_;
  std::mutex mutex_;
  std::map<PassId, std::vector<Kept>> trees_;
  std::map<Digest, int> uses_;  // kept partials that have the blob
};

}  // namespace mote::worker
