#include "coordinator/artifacts/artifact_blobs.h"

#include <string>

#include "common/dataset.h"
#include "common/prepare/table_parts.h"
#include "common/status_macros.h"

namespace mote::coordinator {
namespace {

// `blobs`: of the artifact, as BlobsOf has them.
absl::StatusOr<std::string> ContentOf(ArtifactStore& store, const ArtifactRef& artifact,
                                      const std::vector<Digest>& blobs) {
  std::string content;
  for (size_t i = artifact.manifest ? 1 : 0; i < blobs.size(); ++i) {
    MOTE_ASSIGN_OR_RETURN(const BlobRange bytes, store.Get(blobs[i], 0, 0));
    content += bytes.bytes();
  }
  return content;
}

}  // namespace

absl::StatusOr<std::vector<Digest>> BlobsOf(ArtifactStore& store, const ArtifactRef& artifact) {
  std::vector<Digest> blobs{artifact.digest};
  if (!artifact.manifest) return blobs;
  MOTE_ASSIGN_OR_RETURN(const BlobRange bytes, store.Get(artifact.digest, 0, 0));
  MOTE_ASSIGN_OR_RETURN(const Manifest manifest, Manifest::Decode(bytes.bytes()));
  for (const BlobRef& blob : manifest.blobs) blobs.push_back(blob.digest);
  return blobs;
}

absl::StatusOr<std::vector<Digest>> BlobsOfTable(ArtifactStore& store, const ArtifactRef& table) {
  MOTE_ASSIGN_OR_RETURN(std::vector<Digest> blobs, BlobsOf(store, table));
  MOTE_ASSIGN_OR_RETURN(const std::string content, ContentOf(store, table, blobs));
  MOTE_ASSIGN_OR_RETURN(TableParts parts, PartsOfTable(content));
  for (const ArtifactRef& source : parts.datasets) {
    MOTE_ASSIGN_OR_RETURN(const std::vector<Digest> own, BlobsOf(store, source));
    blobs.insert(blobs.end(), own.begin(), own.end());
    MOTE_ASSIGN_OR_RETURN(const std::string encoded, ContentOf(store, source, own));
    MOTE_ASSIGN_OR_RETURN(const Dataset dataset, Dataset::Decode(encoded));
    for (const ArtifactRef& part : dataset.parts()) parts.artifacts.push_back(part);
  }
  for (const ArtifactRef& part : parts.artifacts) {
    MOTE_ASSIGN_OR_RETURN(const std::vector<Digest> rows, BlobsOf(store, part));
    blobs.insert(blobs.end(), rows.begin(), rows.end());
  }
  return blobs;
}

bool IsUnreadable(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsInvalidArgument(status) || absl::IsDataLoss(status) ||
         absl::IsOutOfRange(status);
}

}  // namespace mote::coordinator
