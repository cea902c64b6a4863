// `single`: the one task's bytes are the answer.
#pragma once

#include "common/reducers/reducer_entry.h"

namespace mote {

// For passes of one task whose leaf is a document: `finish`, and steps that only
// compute. A partial is the document's bytes. Not for job files.
class SingleReducer : public Reducer {
 public:
  absl::Status Validate(std::string_view partial) const override;
  // Always InvalidArgument: such a pass has one task.
  absl::Status Combine(std::string& left, std::string_view right, BlobSink& blobs) const override;
  // The bytes as kDocument. InvalidArgument: the task has no result.
  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource* source) const override;
};

ReducerEntry SingleEntry();

}  // namespace mote
