#include "common/table.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"

namespace mote {
namespace {

using TextLength = uint32_t;

TextLength LoadLength(const char* at) {
  TextLength length = 0;
  std::memcpy(&length, at, sizeof(length));
  return length;
}

template <class T>
double LoadElement(const char* cell, int64_t i) {
  T value;
  std::memcpy(&value, cell + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
  return static_cast<double>(value);
}

// Bytes of a row whose texts are all empty.
int64_t MinimumRowBytes(const Schema& schema) {
  int64_t bytes = 0;
  for (const Column& column : schema.columns) {
    bytes += column.dtype == DType::kText ? static_cast<int64_t>(sizeof(TextLength))
                                          : column.width * ElementBytes(column.dtype);
  }
  return bytes;
}

absl::Status Mismatch(const Schema& schema, int64_t rows, std::string_view bytes) {
  return absl::InvalidArgumentError(
      absl::StrCat(bytes.size(), " bytes are not ", rows, " rows of (", schema.ToString(), ")"));
}

// Where the row that starts at `at` ends; -1 when it reaches past the bytes.
int64_t RowEnd(const Schema& schema, std::string_view bytes, int64_t at) {
  const int64_t size = static_cast<int64_t>(bytes.size());
  for (const Column& column : schema.columns) {
    int64_t cell = column.width * ElementBytes(column.dtype);
    if (column.dtype == DType::kText) {
      if (size - at < static_cast<int64_t>(sizeof(TextLength))) return -1;
      cell = LoadLength(bytes.data() + at);
      at += sizeof(TextLength);
    }
    if (size - at < cell) return -1;
    at += cell;
  }
  return at;
}

}  // namespace

TableBuilder::TableBuilder(Schema schema) : table_{std::move(schema), 0, {}}, stride_(table_.schema.Stride()) {}

void TableBuilder::Add(DType dtype, int64_t width, const void* data, int64_t bytes) {
  MOTE_CHECK(column_ < table_.schema.columns.size(), "a cell was added to a table without columns");
  const Column& column = table_.schema.columns[column_];
  MOTE_CHECK(column.dtype == dtype, "a cell has another type than its column");
  MOTE_CHECK(column.width == width, "a cell has another width than its column");
  if (dtype == DType::kText) {
    const TextLength length = static_cast<TextLength>(bytes);
    table_.bytes.append(reinterpret_cast<const char*>(&length), sizeof(length));
  }
  if (bytes > 0) table_.bytes.append(static_cast<const char*>(data), static_cast<size_t>(bytes));
  if (++column_ == table_.schema.columns.size()) {
    column_ = 0;
    ++table_.rows;
  }
}

void TableBuilder::AddF32(float value) { Add(DType::kF32, 1, &value, sizeof(value)); }

void TableBuilder::AddF32s(const float* values, int64_t width) {
  Add(DType::kF32, width, values, width * static_cast<int64_t>(sizeof(float)));
}

void TableBuilder::AddF64(double value) { Add(DType::kF64, 1, &value, sizeof(value)); }

void TableBuilder::AddF64s(const double* values, int64_t width) {
  Add(DType::kF64, width, values, width * static_cast<int64_t>(sizeof(double)));
}

void TableBuilder::AddI64(int64_t value) { Add(DType::kI64, 1, &value, sizeof(value)); }

void TableBuilder::AddU8s(std::string_view bytes) {
  const int64_t width = static_cast<int64_t>(bytes.size());
  Add(DType::kU8, width, bytes.data(), width);
}

void TableBuilder::AddText(std::string_view text) {
  MOTE_CHECK(text.size() <= UINT32_MAX, "a text cell is larger than 4 GiB");
  Add(DType::kText, 1, text.data(), static_cast<int64_t>(text.size()));
}

void TableBuilder::AddRow(std::string_view row) {
  MOTE_CHECK(column_ == 0, "a row was added within another");
  MOTE_CHECK(stride_ == static_cast<int64_t>(row.size()), "a row has another size than its columns");
  table_.bytes.append(row);
  ++table_.rows;
}

Table TableBuilder::Take() {
  MOTE_CHECK(column_ == 0, "the last row lacks cells");
  Table taken{table_.schema, table_.rows, std::move(table_.bytes)};
  table_.rows = 0;
  table_.bytes.clear();
  return taken;
}

absl::StatusOr<TableView> TableView::Open(const Schema& schema, int64_t rows, std::string_view bytes) {
  TableView view;
  view.schema_ = &schema;
  view.rows_ = rows;
  view.bytes_ = bytes;
  const int64_t size = static_cast<int64_t>(bytes.size());
  if (rows < 0) return Mismatch(schema, rows, bytes);
  if (const std::optional<int64_t> stride = schema.Stride(); stride.has_value()) {
    // Divided, not multiplied: rows × stride may overflow.
    const bool fits = *stride == 0 ? size == 0 : size % *stride == 0 && size / *stride == rows;
    if (!fits) return Mismatch(schema, rows, bytes);
    view.stride_ = *stride;
    int64_t at = 0;
    for (const Column& column : schema.columns) {
      view.column_offsets_.push_back(at);
      at += column.width * ElementBytes(column.dtype);
    }
    view.column_offsets_.push_back(at);
    return view;
  }
  if (rows > size / MinimumRowBytes(schema)) return Mismatch(schema, rows, bytes);
  view.offsets_.reserve(static_cast<size_t>(rows) + 1);
  int64_t at = 0;
  for (int64_t row = 0; row < rows; ++row) {
    view.offsets_.push_back(at);
    at = RowEnd(schema, bytes, at);
    if (at < 0) return Mismatch(schema, rows, bytes);
  }
  if (at != size) return Mismatch(schema, rows, bytes);
  view.offsets_.push_back(at);
  return view;
}

std::string_view TableView::Row(int64_t row) const {
  MOTE_CHECK(row >= 0 && row < rows_, "no such row in the table");
  if (stride_ >= 0) return bytes_.substr(static_cast<size_t>(row * stride_), static_cast<size_t>(stride_));
  const int64_t begin = offsets_[static_cast<size_t>(row)];
  return bytes_.substr(static_cast<size_t>(begin), static_cast<size_t>(offsets_[static_cast<size_t>(row) + 1] - begin));
}

std::string_view TableView::Cell(int64_t row, size_t column) const {
  MOTE_CHECK(column < schema_->columns.size(), "no such column in the table");
  std::string_view rest = Row(row);
  if (stride_ >= 0) {
    const int64_t begin = column_offsets_[column];
    return rest.substr(static_cast<size_t>(begin), static_cast<size_t>(column_offsets_[column + 1] - begin));
  }
  for (size_t i = 0;; ++i) {
    const Column& current = schema_->columns[i];
    size_t cell = static_cast<size_t>(current.width * ElementBytes(current.dtype));
    if (current.dtype == DType::kText) {
      cell = LoadLength(rest.data());
      rest.remove_prefix(sizeof(TextLength));
    }
    if (i == column) return rest.substr(0, cell);
    rest.remove_prefix(cell);
  }
}

void TableView::Cells(int64_t row, std::vector<std::string_view>* cells) const {
  cells->clear();
  std::string_view rest = Row(row);
  for (const Column& column : schema_->columns) {
    size_t cell = static_cast<size_t>(column.width * ElementBytes(column.dtype));
    if (column.dtype == DType::kText) {
      cell = LoadLength(rest.data());
      rest.remove_prefix(sizeof(TextLength));
    }
    cells->push_back(rest.substr(0, cell));
    rest.remove_prefix(cell);
  }
}

double TableView::Number(int64_t row, size_t column, int64_t i) const {
  const Column& described = schema_->columns[column];
  MOTE_CHECK(i >= 0 && i < described.width, "no such element in the cell");
  return NumberAt(Cell(row, column), described.dtype, i);
}

double NumberAt(std::string_view cell, DType dtype, int64_t i) {
  switch (dtype) {
    case DType::kU8:
      return LoadElement<uint8_t>(cell.data(), i);
    case DType::kI64:
      return LoadElement<int64_t>(cell.data(), i);
    case DType::kF32:
      return LoadElement<float>(cell.data(), i);
    case DType::kF64:
      return LoadElement<double>(cell.data(), i);
    case DType::kText:
      break;
  }
  MOTE_CHECK(false, "a text cell was read as a number");
  return 0;
}

}  // namespace mote
