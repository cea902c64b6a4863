// Rows of any table as cells of text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/block.h"
#include "common/csv.h"
#include "common/dataset.h"
#include "common/value.h"
#include "worker/engine/row_source.h"
#include "worker/engine/text_cursor.h"

namespace mote::engine {

// The shortest text that reads back as the number in a cell; points into `*buffer`.
std::string_view NumberText(std::string_view cell, DType dtype, std::string* buffer);

// Walks the rows of a range, as TextCursor does those of a file; of other tables numbers
// are written out (the shortest text that reads back as the same number). Not thread-safe.
class CellCursor {
 public:
  // Every column is one text or one number.
  //
  // Errors as RowSource::Open; InvalidArgument: a column is a vector.
  static absl::StatusOr<std::unique_ptr<CellCursor>> Open(const Value& dataset, BlobSource& source);

  const Dataset& dataset() const { return dataset_; }

  // As TextCursor's. The line of a row that lies in no file is its index, from 1.
  absl::Status Seek(TaskRange rows, BlobSource& source);
  absl::StatusOr<bool> Next(std::vector<std::string_view>* cells);
  bool fits() const { return text_ == nullptr || text_->fits(); }
  std::string Misfit() const { return text_ == nullptr ? "" : text_->Misfit(); }
  absl::Status MisfitError() const { return text_ == nullptr ? absl::OkStatus() : text_->MisfitError(); }
  std::string Record(const std::vector<std::string_view>& cells) const {
    return text_ == nullptr ? CsvRow(cells, ',') : text_->Record(cells);
  }
  int64_t row() const { return text_ != nullptr ? text_->row() : begin_ + next_ - 1; }
  int64_t line() const { return text_ != nullptr ? text_->line() : row() + 1; }

 private:
  void WriteNumbers(std::vector<std::string_view>* cells);

  Dataset dataset_;
  std::unique_ptr<TextCursor> text_;  // of a file of text with columns
  std::unique_ptr<RowSource> rows_;   // of anything else
  Table table_;                       // the rows of the range
  TableView view_;
  int64_t begin_ = 0;
  int64_t next_ = 0;
  std::string numbers_;
};

}  // namespace mote::engine
