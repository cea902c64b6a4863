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

// One task's rows of every table, in the order of the tables.
absl::Status SplitsLeaf(std::vector<Table> tables, const Quality& quality, std::string* partial, BlobSink& blobs);

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
