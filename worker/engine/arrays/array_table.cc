#include "worker/engine/arrays/array_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mote::engine {
namespace {

// Rows: with elements of a row and 8 bytes for each of these, the product stays far below 2^63.
constexpr int64_t kArrayRowsMax = int64_t{1} << 38;

absl::Status Wrong(const std::string& name, const std::vector<int64_t>& shape, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("its array \"", name, "\" of shape (", absl::StrJoin(shape, ", "), ") ", std::string(what)));
}

}  // namespace

absl::StatusOr<ArrayTable> TableOfArray(const std::string& name, const std::vector<int64_t>& shape, ArrayColumn array) {
  if (shape.empty()) return Wrong(name, shape, "has no rows; give it a first dimension");
  if (shape[0] < 0 || shape[0] > kArrayRowsMax) return Wrong(name, shape, "has too many rows, or fewer than none");
  int64_t width = 1;
  for (size_t i = 1; i < shape.size(); ++i) {
    if (shape[i] < 1) return Wrong(name, shape, "has rows without a number");
    if (shape[i] > kArrayWidthMax / width) {
      return Wrong(name, shape, absl::StrCat("has rows of more than ", kArrayWidthMax, " numbers; cut them"));
    }
    width *= shape[i];
  }
  ArrayTable table;
  table.rows = shape[0];
  table.schema.columns.push_back({name, DTypeOf(array.type), width});
  table.arrays.push_back(array);
  return table;
}

absl::Status CheckArrayFills(const ArrayTable& table, int64_t file_bytes) {
  const int64_t expected = table.arrays[0].offset + ArrayBytes(table, 0);
  if (file_bytes == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("has ", file_bytes, " bytes where its header says ", expected,
                   file_bytes < expected ? "; it was cut off" : "; one file holds one array"));
}

int64_t ArrayBytes(const ArrayTable& table, size_t column) {
  return table.rows * table.schema.columns[column].width * ElementBytes(table.arrays[column].type);
}

}  // namespace mote::engine
