// `splits`: several tables and the counts of what became of the rows (internal).
//
// A partial holds one rope for each table (row_rope.h) and an encoded Quality. All
// ropes together keep at most 4 MiB of rows inline, 48 KiB once sealed to travel.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/prepare/quality.h"
#include "common/reducers/reducer_entry.h"
#include "common/table.h"

namespace mote {

// Rows of a table of one task that stand in its partial; more go into blobs at once: on their
// way through the folds they would be copied a dozen times, to make a blob that is not much
// fuller.
inline constexpr int64_t kSplitsLeafInlineBytesMax = 1 << 20;

// One task's rows of every table, in the order of the tables.
absl::Status SplitsLeaf(std::vector<Table> tables, const Quality& quality, std::string* partial, BlobSink& blobs,
                        int64_t inline_bytes_max = kSplitsLeafInlineBytesMax);

// What Finish yields, decoded.
struct SplitTables {
  std::vector<Output> tables;
  Quality quality;

  std::string Encode() const;
  // InvalidArgument: not what Finish yields.
  static absl::StatusOr<SplitTables> Decode(std::string_view bytes);
};

// Finish stores the rows and yields an encoded SplitTables (kBlob), which is small:
// descriptors that are not are artifacts of their own.
ReducerEntry SplitsEntry();

}  // namespace mote
