// `count`: how many tasks have a result.
#pragma once

#include "common/reducers/reducer_entry.h"

namespace mote {

// A partial is one i64: it stays in a string's own buffer, so neither Leaf nor
// Combine allocates. Counts tasks, not rows.
class CountReducer : public RowReducer {
 public:
  absl::Status Validate(std::string_view partial) const override;
  absl::Status Combine(std::string& left, std::string_view right, BlobSink& blobs) const override;
  absl::Status Leaf(const Table& rows, std::string* partial, BlobSink& blobs) const override;
  // A table of one row: count:i64 (0 when no task has a result).
  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource* source) const override;
};

ReducerEntry CountEntry();

}  // namespace mote
