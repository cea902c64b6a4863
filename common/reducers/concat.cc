#include "common/reducers/concat.h"

#include <string>
#include <utility>

#include "common/json.h"
#include "common/reducers/row_rope.h"
#include "common/reducers/store_table.h"
#include "common/status_macros.h"

namespace mote {

absl::Status ConcatReducer::Validate(std::string_view partial) const { return ReadRope(partial).status(); }

absl::Status ConcatReducer::Combine(std::string& left, std::string_view right, BlobSink& blobs) const {
  return CombineRopes(left, right, blobs);
}

absl::Status ConcatReducer::Seal(std::string& partial, BlobSink& blobs) const {
  return SealToTravel(partial, 0, blobs);
}

absl::Status ConcatReducer::Leaf(const Table& rows, std::string* partial, BlobSink& blobs) const {
  return MakeRope(rows, partial, blobs);
}

absl::StatusOr<Output> ConcatReducer::Finish(const std::string* partial, BlobSink& blobs, BlobSource*) const {
  Dataset dataset;
  if (partial == nullptr) return DatasetOutput(dataset, blobs);
  MOTE_ASSIGN_OR_RETURN(Rope rope, ReadRope(*partial));
  dataset.schema = std::move(rope.schema);
  dataset.rows = rope.rows;
  for (const RopeSegment& segment : rope.segments) {
    const int64_t inline_bytes = static_cast<int64_t>(segment.bytes.size());
    const BlobRef blob = segment.blob ? *segment.blob : BlobRef{blobs.Store(std::string(segment.bytes)), inline_bytes};
    dataset.segments.push_back({blob, segment.rows});
  }
  return DatasetOutput(dataset, blobs);
}

ReducerEntry ConcatEntry() {
  return {.description = {.name = "concat",
                          .summary = "The rows of all tasks, in the order of the tasks: a table",
                          .parameters = {},
                          .bound = "48 KiB of rows, and 45 bytes for each blob of rows"},
          .make_rows = [](const Json&) -> absl::StatusOr<std::unique_ptr<RowReducer>> {
            return std::make_unique<ConcatReducer>();
          }};
}

}  // namespace mote
