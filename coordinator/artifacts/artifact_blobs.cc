#include "coordinator/artifacts/artifact_blobs.h"

#include "common/status_macros.h"

namespace mote::coordinator {

absl::StatusOr<std::vector<Digest>> BlobsOf(ArtifactStore& store, const ArtifactRef& artifact) {
  std::vector<Digest> blobs{artifact.digest};
  if (!artifact.manifest) return blobs;
  MOTE_ASSIGN_OR_RETURN(const BlobRange bytes, store.Get(artifact.digest, 0, 0));
  MOTE_ASSIGN_OR_RETURN(const Manifest manifest, Manifest::Decode(bytes.bytes()));
  for (const BlobRef& blob : manifest.blobs) blobs.push_back(blob.digest);
  return blobs;
}

bool IsUnreadable(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsInvalidArgument(status) || absl::IsDataLoss(status) ||
         absl::IsOutOfRange(status);
}

}  // namespace mote::coordinator
