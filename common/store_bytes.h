// Bytes as a Value: inline while small, else as blobs.
#pragma once

#include <string>
#include <string_view>

#include "common/artifact.h"
#include "common/reducer.h"
#include "common/value.h"

namespace mote {

// Stores `bytes` as one blob, or cut into blobs of kBlobBytesMax and a manifest of
// them. Equal bytes give the same reference. At most 400 GiB (checked): a manifest
// is itself a blob.
ArtifactRef StoreArtifact(std::string bytes, BlobSink& sink);

// Inline up to kInlineBytesMax, else StoreArtifact.
Value StoreBytes(std::string bytes, BlobSink& sink);

// The same with a much lower bound, for values that planners keep in their memos:
// inline up to kMemoInlineBytesMax.
inline constexpr int64_t kMemoInlineBytesMax = 4 << 10;
Value StoreForMemo(std::string bytes, BlobSink& sink);

}  // namespace mote
