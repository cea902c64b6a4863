#include "worker/engine/cell_cursor.h"

#include <charconv>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/artifact_reader.h"

namespace mote::engine {
namespace {

// A number's text is no longer.
constexpr size_t kNumberBytesMax = 32;

template <class T>
char* Write(std::string_view cell, char* to) {
  T value;
  std::memcpy(&value, cell.data(), sizeof(T));
  return std::to_chars(to, to + kNumberBytesMax, value).ptr;
}

char* WriteNumber(std::string_view cell, DType dtype, char* to) {
  switch (dtype) {
    case DType::kU8:
      return Write<uint8_t>(cell, to);
    case DType::kI64:
      return Write<int64_t>(cell, to);
    case DType::kF32:
      return Write<float>(cell, to);
    case DType::kF64:
      return Write<double>(cell, to);
    case DType::kText:
      break;
  }
  return to;
}

}  // namespace

std::string_view NumberText(std::string_view cell, DType dtype, std::string* buffer) {
  buffer->resize(kNumberBytesMax);
  char* const begin = buffer->data();
  return {begin, static_cast<size_t>(WriteNumber(cell, dtype, begin) - begin)};
}

absl::StatusOr<std::unique_ptr<CellCursor>> CellCursor::Open(const Value& dataset, BlobSource& source) {
  MOTE_ASSIGN_OR_RETURN(const std::string encoded, ReadValue(dataset, source));
  auto cursor = std::make_unique<CellCursor>();
  MOTE_ASSIGN_OR_RETURN(cursor->dataset_, Dataset::Decode(encoded));
  if (IsTextTable(cursor->dataset_.format)) {
    MOTE_ASSIGN_OR_RETURN(cursor->text_, TextCursor::Open(cursor->dataset_, source));
    return cursor;
  }
  for (const Column& column : cursor->dataset_.schema.columns) {
    if (column.width == 1) continue;
    return absl::InvalidArgumentError(absl::StrCat("column \"", column.name, "\" holds ", column.width,
                                                   " numbers a row; this operation reads tables of one value a cell"));
  }
  MOTE_ASSIGN_OR_RETURN(cursor->rows_, RowSource::Open(dataset, source));
  return cursor;
}

absl::Status CellCursor::Seek(TaskRange rows, BlobSource& source) {
  if (text_ != nullptr) return text_->Seek(rows, source);
  MOTE_ASSIGN_OR_RETURN(table_, rows_->Read(rows, source));
  MOTE_ASSIGN_OR_RETURN(view_, TableView::Open(table_.schema, table_.rows, table_.bytes));
  begin_ = rows.begin;
  next_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<bool> CellCursor::Next(std::vector<std::string_view>* cells) {
  if (text_ != nullptr) return text_->Next(cells);
  if (next_ == table_.rows) return false;
  view_.Cells(next_++, cells);
  WriteNumbers(cells);
  return true;
}

void CellCursor::WriteNumbers(std::vector<std::string_view>* cells) {
  const std::vector<Column>& columns = table_.schema.columns;
  numbers_.resize(columns.size() * kNumberBytesMax);
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].dtype == DType::kText) continue;
    char* const begin = numbers_.data() + i * kNumberBytesMax;
    const char* const end = WriteNumber((*cells)[i], columns[i].dtype, begin);
    (*cells)[i] = std::string_view(begin, static_cast<size_t>(end - begin));
  }
}

}  // namespace mote::engine
