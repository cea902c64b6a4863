// One pass over the artifact store that removes what nobody uses.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/statusor.h"
#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/core/effect.h"

namespace mote::coordinator {

struct Collection {
  int64_t blobs = 0;  // removed
  int64_t bytes = 0;
};

// Removes the blobs that no artifact in use has and that were put before
// `collect.put_before`. Reads manifests and descriptors of tables; holds the digests of all
// blobs in use meanwhile. An artifact in use that cannot be read has no blobs to keep.
// Waits for the disk.
//
// Errors: of the disk, as errno says; Cancelled once `stop` is set; FailedPrecondition where
// the wall clock was set since `collect.now` began to be counted. What is gone is gone.
absl::StatusOr<Collection> Collect(ArtifactStore& store, const CollectArtifacts& collect,
                                   const std::atomic<bool>& stop);

}  // namespace mote::coordinator
