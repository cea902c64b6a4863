// The end of artifacts that nothing refers to any more.
#pragma once

#include <map>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/core/effect.h"

namespace mote::coordinator {

// Not thread-safe. Waits for the disk.
class ArtifactDrops {
 public:
  // `store` outlives it.
  explicit ArtifactDrops(ArtifactStore& store) : store_(store) {}

  // Removes the blobs of what is dropped, but for those that artifacts in use have too, and
  // those that were put again lately, which ArtifactCollector finds. An artifact that cannot
  // be read is passed over.
  //
  // Errors: of the disk, as errno says.
  absl::Status Drop(const DropArtifacts& drop);

 private:
  ArtifactStore& store_;
  std::map<Digest, std::vector<Digest>> manifests_;  // blobs of those in use, as of the last Drop
};

}  // namespace mote::coordinator
