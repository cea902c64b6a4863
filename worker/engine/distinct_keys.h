// What the passes of `distinct` tell each other, and the keys of rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/block.h"
#include "common/pass_spec.h"
#include "common/table.h"
#include "worker/engine/kernel.h"
#include "worker/engine/row_source.h"

namespace mote::engine {

// The first 128 bits of the SHA-256 of a row's cells: that two of n different keys have the
// same has a chance of n² / 2^129, 10^-15 where there are half a billion.
//
// Sorted by hash, then by row.
struct KeyRow {
  uint64_t high = 0, low = 0;
  int64_t row = 0;   // of the table
  int64_t left = 0;  // sorted_runs.h

  static Schema Columns();
  bool SameKey(const KeyRow& other) const { return high == other.high && low == other.low; }
  bool operator<(const KeyRow& other) const;
};

// A row that repeats an earlier one. Sorted by row.
struct RepeatRow {
  int64_t row = 0;
  int64_t first = 0;
  int64_t left = 0;

  static Schema Columns();
};

// Reads the rows of one task after another with their keys. Not thread-safe.
class KeyedRows {
 public:
  // Parameters {by, rows_per_task} and input "input" of the pass.
  // InvalidArgument: a column that is not there; others as RowSource::Open's.
  static absl::StatusOr<std::unique_ptr<KeyedRows>> Open(const PassSpec& pass, TaskContext& context);

  // Goes to the rows of `task`. Errors as RowSource::Read's.
  absl::Status Seek(int64_t task, TaskContext& context);

  TaskRange range() const { return range_; }
  // Valid until the next Seek.
  const TableView& view() const { return view_; }
  // Of all rows of the task, sorted.
  const std::vector<KeyRow>& keys() const { return keys_; }

 private:
  KeyRow KeyOfRow(int64_t place);

  std::unique_ptr<RowSource> rows_;
  int64_t rows_per_task_ = 1;
  std::vector<size_t> columns_;
  TaskRange range_;
  std::string copy_;
  TableView view_;
  std::vector<KeyRow> keys_;
  std::vector<std::string_view> cells_;
  std::string hashed_;
};

}  // namespace mote::engine
