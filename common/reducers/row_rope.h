// A rope of rows: small runs inline, larger ones sealed into blobs.
//
//   header    magic u32, schema bytes u32, rows i64, bytes i64, inline bytes i64,
//             offset of the last segment i64 (0: none)
//   schema    encoded; no bytes at all when no column is known
//   segments  kind u8, rows i64, bytes u32, then the rows (inline) or a digest (sealed)
//
// Where segments are cut depends on how tasks were grouped; the flat bytes and the
// rows do not. Segments are cut between rows only. Inline runs that meet become
// one while it fits a blob; once all together exceed kRopeInlineBytesMax the largest
// are sealed, so that blobs are large. To travel, a rope is sealed further.
// Knowing where the last segment starts, a small rope is appended without reading
// what is already there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/reducer.h"
#include "common/table.h"

namespace mote {

// Row bytes that a rope holds inline at most while a block is folded: a full blob.
inline constexpr int64_t kRopeInlineBytesMax = kBlobBytesMax;
// The same for a rope that travels.
inline constexpr int64_t kRopeTravelBytesMax = 48 << 10;

struct RopeSegment {
  int64_t rows = 0;
  std::string_view bytes;  // inline rows, when `blob` is empty
  std::optional<BlobRef> blob;
};

struct Rope {
  Schema schema;
  int64_t rows = 0;
  int64_t bytes = 0;  // flat
  std::vector<RopeSegment> segments;
};

// Writes the rows as a rope; more than `inline_bytes_max` bytes of them are sealed at once.
// Errors as StoreRows (store_table.h).
absl::Status MakeRope(Table rows, std::string* rope, BlobSink& blobs, int64_t inline_bytes_max = kRopeInlineBytesMax);

// left ← left, then right. A rope without columns and rows adds nothing.
//
// InvalidArgument: the columns differ (both are named), or not ropes. Safe on any
// bytes, but only ValidateRope and ReadRope check everything.
absl::Status CombineRopes(std::string& left, std::string_view right, BlobSink& blobs);

// Seals the largest inline runs until at most `inline_bytes_max` bytes of rows are
// inline in all ropes together. InvalidArgument: not a rope.
absl::Status SealRopes(std::vector<std::string>& ropes, int64_t inline_bytes_max, BlobSink& blobs);

// Makes ropes small enough to travel with `beside` bytes of other things: does
// nothing while all fits kInlineBytesMax, else seals until at most
// kRopeTravelBytesMax bytes of rows are inline, fewer where columns and `beside`
// leave less room. InvalidArgument: not a rope.
absl::Status SealToTravel(std::vector<std::string>& ropes, int64_t beside, BlobSink& blobs);
absl::Status SealToTravel(std::string& rope, int64_t beside, BlobSink& blobs);

// Reads a rope and checks it fully: counts, sizes, and that inline runs are whole
// rows. Views point into `rope`. InvalidArgument says what is wrong.
absl::StatusOr<Rope> ReadRope(std::string_view rope);

// True when some rows are in blobs; false for bytes that are no rope.
bool RopeHasBlobs(std::string_view rope);

}  // namespace mote
