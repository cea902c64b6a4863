// Rows of a text dataset in order, found through its sparse index.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/arff_scanner.h"
#include "common/block.h"
#include "common/csv.h"
#include "common/dataset.h"
#include "common/json_fields.h"
#include "worker/engine/artifact_reader.h"

namespace mote::engine {

// Walks the rows of a range. A cell is a view; nothing is copied except cells
// with doubled quotes or escapes and text that spans blobs.
//
// Empty lines are no rows, except in kText; nor are comments in kArff, whose header is
// read when the cursor is opened. A row of kFields has a cell for each field. `\n` and `\r\n` both end a row.
// Not thread-safe.
class TextCursor {
 public:
  // `dataset` must outlive the cursor.
  // Errors as ArtifactReader::Open; InvalidArgument when the dataset is not text.
  static absl::StatusOr<std::unique_ptr<TextCursor>> Open(const Dataset& dataset, BlobSource& source);

  // Goes to the start of `rows`. Walking forward range by range skips nothing;
  // otherwise the rows from the nearest earlier index entry on are skipped.
  //
  // Errors
  //   OutOfRange       rows that the dataset does not have
  //   InvalidArgument  as Next's
  //   Unavailable      the text cannot be had now
  absl::Status Seek(TaskRange rows, BlobSource& source);

  // The cells of the next row; false after the last of the range. Views are valid
  // until the next call of anything. A row may be none of the table's: see Misfit.
  //
  //   InvalidArgument  bad quotes or a NUL byte in CSV: names file, row and line
  absl::StatusOr<bool> Next(std::vector<std::string_view>* cells);

  // Whether the row that Next gave last is one of the table's, with a cell for each column.
  // Otherwise its cells are as many as it has, or, where it cannot be read at all, its line.
  bool fits() const { return misfit_.ok() && cells_ == dataset_.schema.columns.size(); }
  // Why it is not: another number of cells ("has 19 columns, the header has 21"), in ARFF a
  // value that is not what was declared, a line that is no JSON record with such fields.
  std::string Misfit() const;
  // The same as an error: InvalidArgument, with file, row, line and what to do.
  absl::Status MisfitError() const;
  // That row as it is: of CSV its cells, whose line may be gone; of other formats the line.
  std::string Record(const std::vector<std::string_view>& cells) const;

  // Of the row that Next gave last: its index and the 1-based line it starts on.
  int64_t row() const { return next_row_ - 1; }
  int64_t line() const { return line_; }

 private:
  explicit TextCursor(const Dataset& dataset) : dataset_(dataset) {}

  struct Position {
    int64_t row = 0;
    int64_t offset = 0;
    int64_t line = 1;
  };
  Position Nearest(int64_t row) const;
  absl::Status ReadArffHeader(BlobSource& source);
  absl::Status SkipRow();
  absl::Status Scan(std::vector<std::string_view>* cells);
  absl::Status ScanCsv(std::vector<std::string_view>* cells, bool* found);
  absl::Status ScanLine(std::vector<std::string_view>* cells, bool* found);
  std::string PlaceOf(int64_t row, int64_t line) const;
  absl::Status EndsEarly() const;
  bool NextLine(std::string_view* line);
  void SkipEmptyLines();

  const Dataset& dataset_;
  std::unique_ptr<ArtifactReader> reader_;
  std::string joined_;
  std::vector<std::string_view> skipped_;

  std::string_view text_;  // from the start of a row
  int64_t text_offset_ = 0;
  int64_t text_line_ = 1;  // line at the start of text_
  std::unique_ptr<CsvScanner> csv_;
  std::unique_ptr<ArffScanner> arff_;
  std::unique_ptr<JsonFields> fields_;
  size_t at_ = 0;      // line formats: next byte of text_
  int64_t lines_ = 0;  // line formats: newlines before at_
  int64_t next_row_ = 0;
  int64_t end_row_ = 0;
  int64_t line_ = 1;
  size_t cells_ = 0;         // of the row that was given last
  std::string_view record_;  // its line; of CSV empty
  absl::Status misfit_;      // why it cannot be read
  Position after_;           // end of the range walked last: the next one often starts there
};

// The 1-based line on which the row starts whose scan began at the start of
// `text`, `line` being the line there: empty lines are passed over.
int64_t LineOfRow(std::string_view text, int64_t line);

}  // namespace mote::engine
