// Which other worker has an input that the coordinator does not: what leases said.
//
// Not thread-safe: for the loop's thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "common/digest.h"
#include "worker/session/messages.h"
#include "worker/supervisor/blob_cache.h"

namespace mote::worker {

class BlobLocations {
 public:
  // The cache must outlive it.
  explicit BlobLocations(const BlobCache& cache) : cache_(cache) {}

  void Add(uint64_t lease, std::vector<Location> locations);
  void Forget(uint64_t lease) { leases_.erase(lease); }

  // The location of the artifact that the blob belongs to. The blobs of a manifest are
  // known once the manifest lies in the cache: whoever asks for one has read it there.
  std::optional<Location> Find(const Digest& digest);

 private:
  struct Known {
    Location location;
    std::set<Digest> blobs;  // of its manifest, once it was read
  };

  const BlobCache& cache_;
  std::map<uint64_t, std::vector<Known>> leases_;
};

}  // namespace mote::worker
