// RFC 4180 text, row by row, in one pass.
//
// \n and \r\n end a row; a last row without either counts. Empty lines are skipped.
// A cell may be quoted whole; a doubled quote inside stands for one. A carriage
// return elsewhere, and any byte that is not NUL, is part of its cell: UTF-8 passes.
// Special bytes are found 64 at a time; nothing is allocated per cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mote {

struct CsvError {
  int64_t offset = 0;  // in the text, of the offending byte (of the opening quote where one stays open)
  std::string message;
};

// A cell as it stands in a row: quoted where it must be.
void AppendCsvCell(std::string_view cell, char delimiter, std::string* row);
// Cells as a row, without its end.
std::string CsvRow(const std::vector<std::string_view>& cells, char delimiter);

// Not thread-safe.
class CsvScanner {
 public:
  // `text` starts at a row's start and must outlive the scanner. `delimiter` is not a
  // quote, a line end or NUL (checked).
  CsvScanner(std::string_view text, char delimiter);

  // The next row's cells, as views into the text or (where quotes were removed) into
  // a buffer of the scanner: valid until the next call. False at the end of the text.
  //
  // Returns
  //   InvalidArgument  bad quotes or a NUL byte, with the offset; also in error().
  //                    The next call goes on after the line where the error lies.
  absl::StatusOr<bool> Next(std::vector<std::string_view>* cells);

  // Start of the next row: what was consumed.
  int64_t offset() const { return static_cast<int64_t>(row_); }
  // Newlines consumed so far, those inside quotes too.
  int64_t lines() const { return lines_; }
  // What the last failure of Next was.
  const CsvError& error() const { return error_; }

 private:
  enum class Scan { kRow, kEmptyLine, kError };

  uint64_t SpecialsAt(size_t at) const;
  size_t NextSpecial();
  bool IsAt(size_t at, char c) const { return at < text_.size() && text_[at] == c; }
  // True when the special byte at `at` (or the end of the text) ends a row; takes the
  // \n of a \r\n, so *newline is what EndRow needs.
  bool EndsRow(size_t at, size_t* newline);
  void EndRow(size_t newline);

  size_t ScanPlain(size_t start, std::vector<std::string_view>* cells);
  Scan ScanLine(std::vector<std::string_view>* cells);
  // The cell whose opening quote is at `open`; returns the special byte after its
  // closing quote. nullopt: failed.
  std::optional<size_t> ScanQuoted(size_t open, std::vector<std::string_view>* cells);
  void Unescape(std::vector<std::string_view>* cells);
  // Records the error at `at` and goes to the next line; `special` was consumed last.
  Scan Fail(size_t at, const char* what, size_t special);

  std::string_view text_;
  char delimiter_;
  size_t row_ = 0;         // start of the next row
  size_t block_ = 0;       // the 64 bytes that specials_ describes
  uint64_t specials_ = 0;  // bit i: text_[block_ + i] is special and not yet consumed
  int64_t lines_ = 0;
  std::vector<size_t> escaped_;  // cells whose doubled quotes are still to be removed
  std::string unescaped_;
  CsvError error_;
};

}  // namespace mote
