// Some numbers of each row taken from another row: what a model makes of rows whose
// other numbers are their own, which is how much it needs these (Breiman: Random
// forests, 2001, section 10).
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/block.h"
#include "common/json.h"
#include "common/permutation.h"
#include "worker/engine/feature_columns.h"
#include "worker/engine/row_source.h"

namespace mote::engine {

// All of one row's come from the same other row, so numbers that belong together (the
// parts of a one-hot code) stay so. Over all rows of the table it is a permutation.
//
// Not thread-safe.
class ShuffledNumbers {
 public:
  // `shuffle`: {numbers: [place in the batch, …], seed}.
  //
  //   InvalidArgument  a place that the batch lacks
  static absl::StatusOr<ShuffledNumbers> Open(const Json& shuffle, int64_t width, int64_t rows);

  // Fetches what the rows of a task will be given. Errors as RowSource::Read's and AppendRow's.
  absl::Status Fetch(TaskRange rows, const FeatureColumns& columns, RowSource& source, BlobSource& blobs);
  // Gives it to the batch of the rows fetched last.
  void PutInto(Batch* batch) const;

 private:
  ShuffledNumbers(std::vector<size_t> numbers, uint64_t seed, int64_t rows)
      : numbers_(std::move(numbers)), other_row_(rows, seed) {}

  std::vector<size_t> numbers_;
  Permutation other_row_;
  std::vector<float> values_;  // of each row fetched, the numbers side by side
};

}  // namespace mote::engine
