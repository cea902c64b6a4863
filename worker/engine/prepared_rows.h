// Prepared rows that are made of the raw ones by whoever reads them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/dataset.h"
#include "common/prepare/prepared_view.h"
#include "common/reducer.h"

namespace mote::engine {

class TransformRows;

// Stands in for a store where a task's tables go nowhere: names each run of rows by the task
// and by where it begins among the bytes of all its tables. Not thread-safe.
class TaskRowsSink final : public BlobSink {
 public:
  explicit TaskRowsSink(int64_t task) : task_(task) {}
  Digest Store(std::string bytes) override;

 private:
  const int64_t task_;
  int64_t offset_ = 0;
};

// The segments of one table of a view. Not thread-safe.
class PreparedRows {
 public:
  // Errors as TransformRows::Open's.
  static absl::StatusOr<std::unique_ptr<PreparedRows>> Open(const PreparedView& view, BlobSource& source);
  ~PreparedRows();

  // The bytes of a segment, in the encoding of Table. Valid until the next call.
  //
  // Errors as TransformRows::Run's; InvalidArgument: the rows are not those that were
  // counted: the raw ones have changed.
  absl::StatusOr<std::string_view> Make(const BlobRef& segment, BlobSource& source);

 private:
  PreparedRows(std::unique_ptr<TransformRows> rows, int64_t split);

  const std::unique_ptr<TransformRows> rows_;
  const size_t split_;
  int64_t task_ = -1;   // whose rows are here
  int64_t offset_ = 0;  // of them among those of all its tables
  std::string bytes_;
};

}  // namespace mote::engine
