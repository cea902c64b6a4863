// Rows in mote's own encoding: row after row, each row its columns in order,
// little-endian, without padding. Text is a u32 length and the bytes.
//
// So tables concatenate by appending bytes, a row of fixed width is found by
// multiplication, and the flat bytes do not depend on where they were cut.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/schema.h"

namespace mote {

struct Table {
  Schema schema;
  int64_t rows = 0;
  std::string bytes;

  bool operator==(const Table&) const = default;
};

// Appends rows cell by cell, in column order. Not thread-safe.
// A cell of the wrong type or width is a programming error (checked).
class TableBuilder {
 public:
  explicit TableBuilder(Schema schema);

  void AddF32(float value);
  void AddF32s(const float* values, int64_t width);
  void AddF64(double value);
  void AddF64s(const double* values, int64_t width);
  void AddI64(int64_t value);
  void AddU8s(std::string_view bytes);
  void AddText(std::string_view text);
  // A whole row, in the encoding, of a schema without texts.
  void AddRow(std::string_view row);
  // Room for as many bytes, so that adding them copies nothing that was added before.
  void Reserve(int64_t bytes) { table_.bytes.reserve(static_cast<size_t>(bytes)); }

  int64_t rows() const { return table_.rows; }
  int64_t bytes() const { return static_cast<int64_t>(table_.bytes.size()); }
  const Schema& schema() const { return table_.schema; }
  // The rows so far; the builder is empty again. Checked: the last row is whole.
  Table Take();

 private:
  void Add(DType dtype, int64_t width, const void* data, int64_t bytes);

  Table table_;
  std::optional<int64_t> stride_;  // of the schema
  size_t column_ = 0;              // the next cell's
};

// Element `i` of a numeric cell, in the encoding of `dtype`, as a double. A text is a
// programming error (checked); that `i` lies in the cell is the caller's to know.
double NumberAt(std::string_view cell, DType dtype, int64_t i);

// Reads cells of a table. Views point into the table's bytes; schema and bytes must
// outlive the view.
//
// Open returns InvalidArgument when the bytes are not `rows` whole rows of the
// schema: after that no access can leave the bytes. Thread-safe for reading.
class TableView {
 public:
  static absl::StatusOr<TableView> Open(const Schema& schema, int64_t rows, std::string_view bytes);

  const Schema& schema() const { return *schema_; }
  int64_t rows() const { return rows_; }
  // The bytes of one cell: width elements, or the text without its length.
  std::string_view Cell(int64_t row, size_t column) const;
  // Element `i` of a numeric cell as a double.
  double Number(int64_t row, size_t column, int64_t i = 0) const;
  std::string_view Text(int64_t row, size_t column) const { return Cell(row, column); }
  // Every cell of a row at once: one walk, where rows with text need one per Cell.
  void Cells(int64_t row, std::vector<std::string_view>* cells) const;
  // The bytes of a whole row.
  std::string_view Row(int64_t row) const;

 private:
  const Schema* schema_ = nullptr;
  int64_t rows_ = 0;
  std::string_view bytes_;
  int64_t stride_ = -1;                  // -1: rows vary, see offsets_
  std::vector<int64_t> offsets_;         // row starts (rows + 1), only when rows vary
  std::vector<int64_t> column_offsets_;  // (columns + 1), only when rows have a stride
};

}  // namespace mote
