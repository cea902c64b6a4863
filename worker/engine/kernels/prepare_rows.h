// The rows of a prepare pass: what its two kernels have in common.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/pass_spec.h"
#include "common/prepare/cell.h"
#include "common/prepare/cleaning.h"
#include "common/prepare/fitted.h"
#include "common/prepare/options.h"
#include "common/prepare/order_key.h"
#include "common/prepare/quality.h"
#include "worker/engine/cell_cursor.h"
#include "worker/engine/kernel.h"
#include "worker/engine/kernels/strata.h"
#include "worker/engine/kernels/text_table.h"

namespace mote::engine {

// Walks the raw rows of one task after another. Not thread-safe.
class PrepareRows {
 public:
  // Reads the pass's input and parameters; with split.stratify also its input "strata", with
  // split.order by a column the cuts among its parameters.
  // InvalidArgument: not a table of one value a cell, or a parameter names a column that
  // it lacks.
  static absl::StatusOr<std::unique_ptr<PrepareRows>> Open(const PassSpec& pass, BlobSource& source);

  const Dataset& dataset() const { return cursor_->dataset(); }
  const PrepareOptions& options() const { return options_; }
  size_t label_column() const { return label_column_; }
  bool has_label() const { return label_column_ != SIZE_MAX; }
  bool has_group() const { return group_column_ != SIZE_MAX; }
  // Columns that are read: neither the label nor dropped.
  const std::vector<size_t>& value_columns() const { return value_columns_; }

  // Goes to the rows of `task`.
  absl::Status Seek(int64_t task, BlobSource& source);

  // The next row that belongs to a split; false at the end of the task. Rows passed over
  // are counted in `quality`. A row that does not fit the table is given too where
  // on_bad_row is not fail: see fits().
  // InvalidArgument: bad quotes, or such a row and on_bad_row: fail, or not the table that
  // the split was planned for.
  absl::StatusOr<bool> Next(Quality* quality);
  bool fits() const { return cursor_->fits(); }
  // The row as it is, as CellCursor's.
  std::string Record() const { return cursor_->Record(cells_); }

  // Of the row that Next gave.
  std::string_view Cell(size_t column) const { return cells_[column]; }
  int split() const { return split_; }
  // A number that tells apart the values of the column split.group.
  int64_t Group() const { return HashBucket(Trim(cells_[group_column_]), int64_t{1} << 62); }
  int64_t row() const { return cursor_->row(); }
  int64_t line() const { return cursor_->line(); }

  // As the parameter `missing` says; `cell` is trimmed.
  bool IsMissing(std::string_view cell) const {
    if (cell.size() >= missing_starts_.size()) return IsListed(cell);
    const char first = cell.empty() ? '\0' : cell[0];
    return missing_starts_[cell.size()][static_cast<unsigned char>(first)] && IsListed(cell);
  }
  // Some column whose rows are dropped for want of a value has none.
  bool MissesNeededValue() const;

 private:
  // Rows whose splits are looked up together.
  static constexpr int64_t kSplitRows = 256;

  PrepareRows(std::unique_ptr<CellCursor> cursor, PrepareOptions options, int64_t rows_per_task);
  bool IsListed(std::string_view cell) const;  // among the texts for missing

  // Of the row whose cells were read last.
  absl::StatusOr<int> SplitOfRow();
  int DrawnSplit();  // by its number

  const std::unique_ptr<CellCursor> cursor_;
  const PrepareOptions options_;
  const SplitPlan splits_;
  const int64_t rows_per_task_;
  TextTable missing_;
  // By size and first byte: some text for missing has these.
  std::array<std::bitset<256>, 8> missing_starts_;
  size_t label_column_ = SIZE_MAX;
  size_t group_column_ = SIZE_MAX;
  size_t split_column_ = SIZE_MAX;  // of split.stratify or split.order
  std::unique_ptr<Strata> strata_;  // with split.stratify only
  std::vector<OrderKey> cuts_;      // with split.order by a column only
  std::vector<size_t> value_columns_;
  std::vector<size_t> needed_columns_;
  std::vector<std::string_view> cells_;
  int split_ = 0;
  std::array<int, kSplitRows> next_splits_{};  // of the rows from next_splits_begin_ on
  int64_t next_splits_begin_ = -kSplitRows;
};

}  // namespace mote::engine
