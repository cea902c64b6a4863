// Files of arrays as tables: where rows and columns lie, read off a file's header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/array_column.h"
#include "common/schema.h"

namespace mote::engine {

// Arrays of a file, all of as many rows: element [r, …] belongs to row r; what comes after
// the first dimension is flattened, in C order, into the column's width.
struct ArrayTable {
  int64_t rows = 0;
  Schema schema;
  std::vector<ArrayColumn> arrays;  // of each column
};

// A header ends within this many bytes.
inline constexpr int64_t kArrayHeaderBytesMax = 4 << 20;
// Numbers of a row, all columns together.
inline constexpr int64_t kArrayWidthMax = int64_t{1} << 20;

// Reads the header of a file. `start` is its beginning: the smaller of
// kArrayHeaderBytesMax and `file_bytes`, the size of the whole. The message of an error
// says what is wrong and what to do; the caller names the file.
//
// InvalidArgument: not such a file, truncated, or of numbers that mote has no column for.
absl::StatusOr<ArrayTable> ReadNpyHeader(std::string_view start, int64_t file_bytes);
absl::StatusOr<ArrayTable> ReadIdxHeader(std::string_view start, int64_t file_bytes);
// A column a tensor, of the same name: those that `tensors` names, in that order; where it
// is empty all of them, as they lie in the file.
//
// InvalidArgument, too: no tensor, or none of a name; tensors of different rows
absl::StatusOr<ArrayTable> ReadSafetensorsTable(std::string_view start, int64_t file_bytes,
                                                const std::vector<std::string>& tensors);

// The column that an array of `shape` is, and its rows.
//
// InvalidArgument: no dimension at all, one that is negative, rows without a number, or
// one too wide.
absl::StatusOr<ArrayTable> TableOfArray(const std::string& name, const std::vector<int64_t>& shape, ArrayColumn array);

// InvalidArgument: the one array does not fill the file from its offset to `file_bytes`.
absl::Status CheckArrayFills(const ArrayTable& table, int64_t file_bytes);

// Bytes of the array in the file.
int64_t ArrayBytes(const ArrayTable& table, size_t column);

}  // namespace mote::engine
