// The worker's bounded store of blobs: what was fetched and what engines stored.
//
// Least recently used by the files' times, which engines refresh as they open
// blobs; so the bound holds across restarts and for workers that share it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/digest.h"
#include "common/files/blob_files.h"

namespace mote::worker {

// Thread-safe.
class BlobCache {
 public:
  // Errors as BlobFiles::Open's.
  static absl::StatusOr<std::unique_ptr<BlobCache>> Open(const std::string& dir, int64_t bytes_max);

  bool Has(const Digest& digest) const { return files_->Has(digest); }
  absl::StatusOr<std::shared_ptr<const FileBytes>> Read(const Digest& digest) const { return files_->Read(digest); }
  // Stores a blob that another process has; no need to flush it. Older blobs make room
  // when the disk is full.
  // ResourceExhausted: it is full all the same; names the directory and the remedy.
  absl::Status Write(const Digest& digest, std::string_view bytes);

  // Evicts half if the disk has less than this free: engines write beside the cache.
  void MakeRoom(int64_t free_bytes_min = 64 << 20);

  // Gives a blob a second name elsewhere, which the bound does not concern, or takes
  // it from there. Errors as BlobFiles::LinkFrom's.
  absl::Status LinkInto(BlobFiles& other, const Digest& digest) const { return other.LinkFrom(*files_, digest); }
  absl::Status LinkFrom(const BlobFiles& other, const Digest& digest) { return files_->LinkFrom(other, digest); }

  // Blobs that engines stored and that the coordinator does not have yet: kept until
  // Unpin, whatever the bound says.
  void Pin(const std::vector<Digest>& digests);
  void Unpin(const std::vector<Digest>& digests);

 private:
  BlobCache(std::unique_ptr<BlobFiles> files, int64_t bytes_max) : files_(std::move(files)), bytes_max_(bytes_max) {}
  // With more than `bound` bytes: removes the least recently used until `goal` are
  // left, as far as they are neither pinned nor young.
  void Evict(int64_t bound, int64_t goal);
  // Frees a tenth once the bound is exceeded.
  void KeepBound();

  const std::unique_ptr<BlobFiles> files_;
  const int64_t bytes_max_;
  std::mutex mutex_;
  int64_t bytes_ = 0;  // as of the last look at the directory, and what came since
  std::multiset<Digest> pinned_;
};

}  // namespace mote::worker
