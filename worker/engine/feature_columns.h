// Columns of a table, numbers or text, as the batches that a model takes.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/table.h"
#include "worker/engine/tensor.h"

namespace mote::engine {

// Which columns make up one batch, side by side in this order.
struct FeatureColumns {
  std::vector<size_t> columns;  // indices into the schema
  int64_t width = 0;            // numbers a row
  std::string names;            // for messages: "p0, p1, … p63 (64)"

  // InvalidArgument: no such column; lists those there are.
  static absl::StatusOr<FeatureColumns> Find(const Schema& schema, const std::vector<std::string>& names);
};

// Appends row `row` of `table` to `batch`. Text is read as a decimal number.
//
//   InvalidArgument  a text is no finite number: `column "p3" is "abc", not a number`
absl::Status AppendRow(const TableView& table, int64_t row, const FeatureColumns& columns, Batch* batch);

}  // namespace mote::engine
