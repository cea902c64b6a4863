// Rows as JSON lines, for programs of the user.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/dataset.h"
#include "common/table.h"

namespace mote::engine {

// One row as one line of JSON, without the newline.
//
//   csv, text   an object of the columns, every cell as text
//   jsonl       the line itself
//   rows        an object of the columns: numbers, lists of numbers where a column
//               is wider than one, text; what JSON cannot say (NaN, infinity) is null
//
// InvalidArgument: text that is not UTF-8, or a record that is not JSON; names
// `row` (the row's index in the input) and the column.
absl::StatusOr<std::string> RowToJson(const TableView& table, int64_t index, int64_t row, DatasetFormat format);

}  // namespace mote::engine
