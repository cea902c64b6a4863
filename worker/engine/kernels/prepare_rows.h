// The rows of a prepare pass: what its two kernels have in common.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/pass_spec.h"
#include "common/prepare/options.h"
#include "common/prepare/quality.h"
#include "worker/engine/kernel.h"
#include "worker/engine/text_cursor.h"

namespace mote::engine {

// Walks the raw rows of one task after another. Not thread-safe.
class PrepareRows {
 public:
  // Reads the pass's input and parameters.
  // InvalidArgument: not a CSV file, or a parameter names a column that it lacks.
  static absl::StatusOr<std::unique_ptr<PrepareRows>> Open(const PassSpec& pass, TaskContext& context);

  const Dataset& dataset() const { return dataset_; }
  const PrepareOptions& options() const { return options_; }
  size_t label_column() const { return label_column_; }
  // Columns that are read: neither the label nor dropped.
  const std::vector<size_t>& value_columns() const { return value_columns_; }

  // Goes to the rows of `task`.
  absl::Status Seek(int64_t task, TaskContext& context);

  // The next row that has as many cells as the header and belongs to a split;
  // false at the end of the task. Rows passed over are counted in `quality`.
  // InvalidArgument: bad quotes, or another number of cells and on_bad_row: fail.
  absl::StatusOr<bool> Next(Quality* quality);

  // Of the row that Next gave.
  std::string_view Cell(size_t column) const { return cells_[column]; }
  int split() const { return split_; }
  int64_t row() const { return cursor_->row(); }
  int64_t line() const { return cursor_->line(); }

  // As the parameter `missing` says; `cell` is trimmed.
  bool IsMissing(std::string_view cell) const {
    const size_t size = cell.size() < 63 ? cell.size() : 63;
    return (missing_sizes_ >> size & 1) != 0 && options_.IsMissing(cell);
  }
  // Some value column of the row is missing.
  bool MissesValue() const;

 private:
  PrepareRows(Dataset dataset, PrepareOptions options, int64_t rows_per_task);

  const Dataset dataset_;
  const PrepareOptions options_;
  const SplitPlan splits_;
  const int64_t rows_per_task_;
  uint64_t missing_sizes_ = 0;  // bit n: some text for missing has n bytes
  size_t label_column_ = 0;
  std::vector<size_t> value_columns_;
  std::unique_ptr<TextCursor> cursor_;
  std::vector<std::string_view> cells_;
  int split_ = 0;
};

}  // namespace mote::engine
