// `concat`: the rows of all tasks, in the order of the tasks.
#pragma once

#include "common/reducers/reducer_entry.h"

namespace mote {

// A partial is a rope (row_rope.h). The flat bytes of the result do not depend on
// how tasks were grouped into blocks; where its segments are cut does.
class ConcatReducer : public RowReducer {
 public:
  absl::Status Validate(std::string_view partial) const override;
  absl::Status Combine(std::string& left, std::string_view right, BlobSink& blobs) const override;
  absl::Status Seal(std::string& partial, BlobSink& blobs) const override;
  absl::Status Leaf(const Table& rows, std::string* partial, BlobSink& blobs) const override;
  // A table whose rows are all in blobs. Nothing at all: no columns, no rows.
  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource* source) const override;
};

ReducerEntry ConcatEntry();

}  // namespace mote
