#include "worker/supervisor/blob_locations.h"

#include <utility>

#include "common/artifact.h"

namespace mote::worker {

void BlobLocations::Add(uint64_t lease, std::vector<Location> locations) {
  if (locations.empty()) return;
  std::vector<Known>& known = leases_[lease];
  for (Location& location : locations) known.push_back({std::move(location), {}});
}

std::optional<Location> BlobLocations::Find(const Digest& digest) {
  for (auto& [lease, known] : leases_) {
    for (auto& [location, blobs] : known) {
      if (location.artifact.digest == digest) return location;
      if (location.artifact.manifest && blobs.empty()) {
        const auto bytes = cache_.Read(location.artifact.digest);
        const auto manifest = bytes.ok() ? Manifest::Decode((*bytes)->bytes()) : bytes.status();
        if (!manifest.ok()) continue;
        for (const BlobRef& blob : manifest->blobs) blobs.insert(blob.digest);
      }
      if (blobs.contains(digest)) return location;
    }
  }
  return std::nullopt;
}

}  // namespace mote::worker
