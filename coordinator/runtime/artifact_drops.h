// The end of artifacts that nothing refers to any more.
#pragma once

#include <map>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/core/effect.h"

namespace mote::coordinator {

// Not thread-safe. Waits for the disk.
class ArtifactDrops {
 public:
  // `store` outlives it.
  explicit ArtifactDrops(ArtifactStore& store) : store_(store) {}

  // Removes the blobs of what is dropped, but for those that artifacts in use have too; those
  // that were put lately go with a later call. An artifact that cannot be read is passed over.
  //
  // Errors: of the disk, as errno says.
  absl::Status Drop(const DropArtifacts& drop);

 private:
  // Those of `later_` whose time has come.
  absl::flat_hash_set<Digest> TakeDue();

  ArtifactStore& store_;
  std::map<Digest, std::vector<Digest>> manifests_;  // blobs of those in use, as of the last Drop
  std::multimap<absl::Time, Digest> later_;          // were put lately: when they may go
};

}  // namespace mote::coordinator
