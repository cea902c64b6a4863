// Prepared rows that lie nowhere: what says how to make them from the raw rows, which stay
// where they are (`placement: pinned`).
//
// Encoded, it is the content of a pinned table, as an encoded Dataset is of others. The
// table that it names is a Dataset of rows whose segments have no bytes in any store:
// each holds what one task of `prepare` made, and its "digest" says which.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/digest.h"
#include "common/value.h"

namespace mote {

struct PreparedView {
  Value table;             // an encoded Dataset: columns, and the rows of each segment
  Value source;            // an encoded Dataset: the raw rows
  std::string fitted;      // the document that prepare fitted
  std::string parameters;  // of prepare, as JSON text
  int64_t rows_per_task = 1;
  int64_t split = 0;  // which of prepare's tables; after the last one: rows that are in none

  std::string Encode() const;
  static bool Is(std::string_view bytes);
  // InvalidArgument: not an encoded view.
  static absl::StatusOr<PreparedView> Decode(std::string_view bytes);
};

// Rows that a task made, by where they begin among the bytes of all its tables.
struct TaskRows {
  int64_t task = 0;
  int64_t offset = 0;
  bool operator==(const TaskRows&) const = default;
};

// Stands for them where a segment names its blob.
Digest NameOfTaskRows(const TaskRows& rows);
TaskRows TaskRowsOf(const Digest& name);

}  // namespace mote
