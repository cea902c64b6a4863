// A table that is sorted runs one behind the other, as a pass of tasks that each yield
// theirs leaves it, read by range of what they are sorted by.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/row_source.h"

namespace mote::engine {

// Row: a struct of 8-byte fields, the columns of the table in their order (Row::Columns()),
// with `int64_t left`, how many rows of the run there are from this one on. By that runs are
// found without reading all rows.
//
// Sets `left` of a whole run, before it is written.
template <class Row>
void CountLeft(std::vector<Row>* run) {
  for (size_t i = 0; i < run->size(); ++i) (*run)[i].left = static_cast<int64_t>(run->size() - i);
}

// The run as a table.
template <class Row>
Table WriteRun(std::vector<Row> run) {
  CountLeft(&run);
  Table table;
  table.schema = Row::Columns();
  table.rows = static_cast<int64_t>(run.size());
  table.bytes.assign(reinterpret_cast<const char*>(run.data()), run.size() * sizeof(Row));
  return table;
}

// Holds 8 bytes for each run. Not thread-safe.
template <class Row>
class SortedRuns {
  static_assert(std::is_trivially_copyable_v<Row>);

 public:
  // Errors as RowSource's; InvalidArgument: not a table of such rows.
  static absl::StatusOr<std::unique_ptr<SortedRuns>> Open(const Value& table, BlobSource& source) {
    auto runs = std::make_unique<SortedRuns>();
    MOTE_ASSIGN_OR_RETURN(runs->rows_, RowSource::Open(table, source));
    const Dataset& dataset = runs->rows_->dataset();
    if (dataset.rows > 0 && dataset.schema != Row::Columns()) return Wrong();
    for (int64_t row = 0; row < dataset.rows;) {
      runs->starts_.push_back(row);
      MOTE_ASSIGN_OR_RETURN(const Row first, runs->At(row, source));
      if (first.left < 1 || first.left > dataset.rows - row) return Wrong();
      row += first.left;
    }
    runs->starts_.push_back(dataset.rows);
    return runs;
  }

  // Appends the rows, run by run, behind those for which `is_before` holds, up to the
  // first for which `is_inside` does not.
  template <class IsBefore, class IsInside>
  absl::Status Collect(IsBefore is_before, IsInside is_inside, BlobSource& source, std::vector<Row>* found) {
    for (size_t run = 0; run + 1 < starts_.size(); ++run) {
      int64_t low = starts_[run], high = starts_[run + 1];
      while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        MOTE_ASSIGN_OR_RETURN(const Row row, At(middle, source));
        if (is_before(row)) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      MOTE_RETURN_IF_ERROR(ReadOn(low, starts_[run + 1], is_inside, source, found));
    }
    return absl::OkStatus();
  }

 private:
  static constexpr int64_t kRowsAtOnce = 1024;

  static absl::Status Wrong() {
    return absl::InvalidArgumentError("not a table of sorted runs; run the same version of mote everywhere");
  }

  absl::StatusOr<Row> At(int64_t index, BlobSource& source) {
    MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, rows_->View({index, index + 1}, source, &copy_));
    Row row;
    std::memcpy(&row, bytes.data(), sizeof(row));
    return row;
  }

  template <class IsInside>
  absl::Status ReadOn(int64_t begin, int64_t end, IsInside is_inside, BlobSource& source, std::vector<Row>* found) {
    for (; begin < end; begin += kRowsAtOnce) {
      const int64_t stop = std::min(begin + kRowsAtOnce, end);
      MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, rows_->View({begin, stop}, source, &copy_));
      for (int64_t i = 0; i < stop - begin; ++i) {
        Row row;
        std::memcpy(&row, bytes.data() + static_cast<size_t>(i) * sizeof(row), sizeof(row));
        if (!is_inside(row)) return absl::OkStatus();
        found->push_back(row);
      }
    }
    return absl::OkStatus();
  }

  std::unique_ptr<RowSource> rows_;
  std::vector<int64_t> starts_;  // of each run, and the end of the last
  std::string copy_;
};

}  // namespace mote::engine
