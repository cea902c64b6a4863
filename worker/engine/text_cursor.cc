#include "worker/engine/text_cursor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::engine {
namespace {

// Bytes of the empty line at the start of `text`; 0 when there is none.
size_t EmptyLine(std::string_view text) {
  if (text.starts_with('\n')) return 1;
  return text.starts_with("\r\n") ? 2 : 0;
}

// The same of a blank line or comment of an ARFF file.
size_t EmptyArffLine(std::string_view text) {
  const auto first = std::find_if_not(text.begin(), text.end(), IsArffBlank);
  if (first != text.end() && *first != '\n' && *first != '%') return 0;
  const auto end = std::find(first, text.end(), '\n');
  return static_cast<size_t>(end - text.begin()) + (end != text.end());
}

}  // namespace

int64_t LineOfRow(std::string_view text, int64_t line) {
  for (size_t empty; (empty = EmptyLine(text)) > 0; ++line) text.remove_prefix(empty);
  return line;
}

absl::StatusOr<std::unique_ptr<TextCursor>> TextCursor::Open(const Dataset& dataset, BlobSource& source) {
  if (dataset.format == DatasetFormat::kRows) return absl::InvalidArgumentError("the dataset holds rows, not text");
  if (dataset.rows > 0 && (dataset.chunks.empty() || dataset.chunks.front().first_row != 0)) {
    return absl::InvalidArgumentError(absl::StrCat("the index of \"", dataset.name, "\" does not start at row 0"));
  }
  std::unique_ptr<TextCursor> cursor(new TextCursor(dataset));
  if (dataset.shared) {
    cursor->reader_ = std::make_unique<ArtifactReader>(ArtifactReader::OfShared(*dataset.shared));
  } else {
    MOTE_ASSIGN_OR_RETURN(ArtifactReader reader, ArtifactReader::Open(dataset.source, source));
    cursor->reader_ = std::make_unique<ArtifactReader>(std::move(reader));
  }
  if (dataset.format == DatasetFormat::kArff && dataset.rows > 0) {
    MOTE_RETURN_IF_ERROR(cursor->ReadArffHeader(source));
  }
  if (dataset.format == DatasetFormat::kFields) {
    std::vector<std::string> names;
    for (const Column& column : dataset.schema.columns) names.push_back(column.name);
    cursor->fields_ = std::make_unique<JsonFields>(names);
  }
  return cursor;
}

// What may stand in which column is not in the index: it may be as long as the header.
absl::Status TextCursor::ReadArffHeader(BlobSource& source) {
  const int64_t bytes = std::min(kArffHeaderBytesMax, dataset_.chunks.front().offset);
  MOTE_ASSIGN_OR_RETURN(const std::string_view start, reader_->View(0, bytes, source, &joined_));
  absl::StatusOr<ArffHeader> header = ArffHeader::Parse(start);
  if (!header.ok() || header->attributes.size() != dataset_.schema.columns.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", dataset_.name, "\" has another header than its index; submit the job again"));
  }
  arff_ = std::make_unique<ArffScanner>(std::move(header->attributes));
  return absl::OkStatus();
}

TextCursor::Position TextCursor::Nearest(int64_t row) const {
  const auto later = std::upper_bound(dataset_.chunks.begin(), dataset_.chunks.end(), row,
                                      [](int64_t r, const TextChunk& chunk) { return r < chunk.first_row; });
  const TextChunk& chunk = *(later - 1);  // the first chunk is at row 0
  if (after_.offset > 0 && after_.row <= row && after_.row >= chunk.first_row) return after_;
  return {chunk.first_row, chunk.offset, chunk.first_line};
}

absl::Status TextCursor::Seek(TaskRange rows, BlobSource& source) {
  if (rows.begin < 0 || rows.begin > rows.end || rows.end > dataset_.rows) {
    return absl::OutOfRangeError(
        absl::StrCat("rows [", rows.begin, ", ", rows.end, ") of \"", dataset_.name, "\", which has ", dataset_.rows));
  }
  next_row_ = end_row_ = rows.end;
  if (rows.empty()) return absl::OkStatus();
  const Position from = Nearest(rows.begin);
  const auto end = std::lower_bound(dataset_.chunks.begin(), dataset_.chunks.end(), rows.end,
                                    [](const TextChunk& chunk, int64_t row) { return chunk.first_row < row; });
  const int64_t end_offset = end == dataset_.chunks.end() ? reader_->bytes() : end->offset;
  MOTE_ASSIGN_OR_RETURN(text_, reader_->View(from.offset, end_offset - from.offset, source, &joined_));
  text_offset_ = from.offset;
  text_line_ = from.line;
  at_ = 0;
  lines_ = 0;
  if (dataset_.format == DatasetFormat::kCsv) csv_ = std::make_unique<CsvScanner>(text_, dataset_.delimiter);
  for (next_row_ = from.row; next_row_ < rows.begin; ++next_row_) MOTE_RETURN_IF_ERROR(SkipRow());
  return absl::OkStatus();
}

// What a line holds is looked at by who asked for it alone: it may be wrong.
absl::Status TextCursor::SkipRow() {
  if (csv_ != nullptr) return Scan(&skipped_);
  std::string_view line;
  return NextLine(&line) ? absl::OkStatus() : EndsEarly();
}

absl::StatusOr<bool> TextCursor::Next(std::vector<std::string_view>* cells) {
  if (next_row_ >= end_row_) return false;
  MOTE_RETURN_IF_ERROR(Scan(cells));
  cells_ = cells->size();
  if (++next_row_ == end_row_) {
    const bool csv = csv_ != nullptr;
    after_ = {next_row_, text_offset_ + (csv ? csv_->offset() : static_cast<int64_t>(at_)),
              text_line_ + (csv ? csv_->lines() : lines_)};
  }
  return true;
}

// One row, whose index is next_row_.
absl::Status TextCursor::Scan(std::vector<std::string_view>* cells) {
  bool found = false;
  MOTE_RETURN_IF_ERROR(csv_ != nullptr ? ScanCsv(cells, &found) : ScanLine(cells, &found));
  return found ? absl::OkStatus() : EndsEarly();
}

absl::Status TextCursor::ScanCsv(std::vector<std::string_view>* cells, bool* found) {
  line_ = LineOfRow(text_.substr(csv_->offset()), text_line_ + csv_->lines());
  const absl::StatusOr<bool> next = csv_->Next(cells);
  if (next.ok()) {
    *found = *next;
    return absl::OkStatus();
  }
  const CsvError& error = csv_->error();
  const std::string_view before = text_.substr(0, error.offset);
  const int64_t line = text_line_ + std::count(before.begin(), before.end(), '\n');
  return absl::InvalidArgumentError(absl::StrCat(PlaceOf(next_row_, line), ": ", error.message, "; fix the file"));
}

absl::Status TextCursor::ScanLine(std::vector<std::string_view>* cells, bool* found) {
  std::string_view line;
  *found = NextLine(&line);
  if (!*found) return absl::OkStatus();
  record_ = line;
  misfit_ = absl::OkStatus();
  if (arff_ != nullptr) misfit_ = arff_->Cells(line, cells);
  if (fields_ != nullptr) misfit_ = fields_->Cells(line, cells);
  if ((arff_ == nullptr && fields_ == nullptr) || !misfit_.ok()) cells->assign(1, line);
  return absl::OkStatus();
}

std::string TextCursor::PlaceOf(int64_t row, int64_t line) const {
  return absl::StrCat("row=", row, " in \"", dataset_.name, "\" line ", line);
}

std::string TextCursor::Misfit() const {
  if (!misfit_.ok()) return std::string(misfit_.message());
  return absl::StrCat("has ", cells_, cells_ == 1 ? " column" : " columns", ", the header has ",
                      dataset_.schema.columns.size());
}

absl::Status TextCursor::MisfitError() const {
  return absl::InvalidArgumentError(absl::StrCat(PlaceOf(row(), line_), misfit_.ok() ? " " : ": ", Misfit(),
                                                 "; fix the row or set on_bad_row: skip"));
}

std::string TextCursor::Record(const std::vector<std::string_view>& cells) const {
  return csv_ != nullptr ? CsvRow(cells, dataset_.delimiter) : std::string(record_);
}

absl::Status TextCursor::EndsEarly() const {
  return absl::InvalidArgumentError(absl::StrCat("\"", dataset_.name, "\" ends before row ", next_row_, " of ",
                                                 dataset_.rows, ": its index does not fit; submit the job again"));
}

void TextCursor::SkipEmptyLines() {
  const auto empty_line = dataset_.format == DatasetFormat::kArff ? EmptyArffLine : EmptyLine;
  for (size_t empty = 0; at_ < text_.size() && (empty = empty_line(text_.substr(at_))) > 0; ++lines_) at_ += empty;
}

bool TextCursor::NextLine(std::string_view* line) {
  if (dataset_.format != DatasetFormat::kText) SkipEmptyLines();
  line_ = text_line_ + lines_;
  if (at_ >= text_.size()) return false;
  const size_t newline = std::min(text_.find('\n', at_), text_.size());
  *line = text_.substr(at_, newline - at_);
  if (newline < text_.size() && line->ends_with('\r')) line->remove_suffix(1);
  at_ = std::min(newline + 1, text_.size());
  ++lines_;
  return true;
}

}  // namespace mote::engine
