// Which blobs an artifact is made of.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "coordinator/artifacts/artifact_store.h"

namespace mote::coordinator {

// The artifact's own digest, and of a manifest those that it lists.
//
// An error that IsUnreadable: there is no such manifest here.
absl::StatusOr<std::vector<Digest>> BlobsOf(ArtifactStore& store, const ArtifactRef& artifact);

// Those of a table: of its content, and of all that this refers to (table_parts.h).
//
// An error that IsUnreadable: there is no such table here.
absl::StatusOr<std::vector<Digest>> BlobsOfTable(ArtifactStore& store, const ArtifactRef& table);

// A worker has named what it never put, or what is no manifest, or the disk has lost it:
// whoever wants the artifact will miss it, and nobody else may suffer.
bool IsUnreadable(const absl::Status& status);

}  // namespace mote::coordinator
