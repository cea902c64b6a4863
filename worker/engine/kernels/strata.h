// What `prepare.strata` counted: from it follows each row's place among the rows of its
// class, and with that its split.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/prepare/class_split.h"
#include "common/prepare/options.h"
#include "common/schema.h"
#include "common/value.h"
#include "worker/engine/kernel.h"
#include "worker/engine/kernels/text_table.h"

namespace mote::engine {

// The columns of the counts.
Schema StrataSchema();

// The class of a trimmed cell: its text, and one text for all that are missing. No other
// cell has that text: it would be missing too.
std::string_view StratumOf(const PrepareOptions& options, std::string_view cell);

absl::Status TooManyStrata(const PrepareOptions& options);

// Shares the rows of one task after another out. Holds 24 bytes for each class of each
// task. Not thread-safe.
class Strata {
 public:
  // `counts`: the table of all tasks, in their order.
  //
  //   InvalidArgument  more than kStrataMax classes, or not such a table
  //   Unavailable      it cannot be read now
  static absl::StatusOr<std::unique_ptr<Strata>> Open(const Value& counts, const PrepareOptions& options,
                                                      BlobSource& blobs);

  // Goes to the first row of `task`.
  void Seek(int64_t task);
  // The split of the task's next row, whose class is `stratum`; −1: none.
  // InvalidArgument: the counts know no such row: the table is another one by now.
  absl::StatusOr<int> Next(std::string_view stratum);

 private:
  struct Entry {
    int64_t task = 0;
    int64_t before = 0;  // rows of the class in earlier tasks
    size_t stratum = 0;
  };

  TextTable texts_;
  std::vector<ClassSplit> splits_;  // of each class
  std::vector<Entry> entries_;      // by task
  std::vector<int64_t> places_;     // of each class: of its next row
};

}  // namespace mote::engine
