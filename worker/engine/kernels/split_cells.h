// The column by which a table is split, row by row: what is read before rows can be
// shared out.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/pass_spec.h"
#include "common/prepare/options.h"
#include "worker/engine/cell_cursor.h"
#include "worker/engine/kernel.h"

namespace mote::engine {

// Walks the rows of one task after another. Rows of another number of cells than the
// header's are passed over, or refused, as on_bad_row says. Not thread-safe.
class SplitCells {
 public:
  // Reads the pass's input "input" and the parameters of prepare with rows_per_task.
  // InvalidArgument: as PrepareOptions::CheckColumns.
  static absl::StatusOr<std::unique_ptr<SplitCells>> Open(const PassSpec& pass, TaskContext& context);

  const PrepareOptions& options() const { return options_; }

  // Goes to the rows of `task`.
  absl::Status Seek(int64_t task, TaskContext& context);
  // The next row; false at the end of the task. Errors as TextCursor::Next's.
  absl::StatusOr<bool> Next();

  // Of the row that Next gave; trimmed.
  std::string_view cell() const;
  int64_t row() const { return cursor_->row(); }
  int64_t line() const { return cursor_->line(); }
  // `row=12 in "loans.csv" line 14`
  std::string Place() const;

 private:
  SplitCells(std::unique_ptr<CellCursor> cursor, PrepareOptions options, int64_t rows_per_task);

  const std::unique_ptr<CellCursor> cursor_;
  const PrepareOptions options_;
  const int64_t rows_per_task_;
  const size_t column_;
  std::vector<std::string_view> cells_;
};

}  // namespace mote::engine
