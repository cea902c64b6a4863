// Some numbers of every row set to the same values: what a model makes of rows that
// differ in their other numbers alone (Friedman: Greedy function approximation, 2001,
// section 8.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json.h"
#include "worker/engine/model.h"

namespace mote::engine {

// A plain value.
class FixedNumbers {
 public:
  // `fix`: {numbers: [place in the batch, …], values: [of each]}.
  //
  //   InvalidArgument  a place that the batch lacks, or not one value for each
  static absl::StatusOr<FixedNumbers> Open(const Json& fix, int64_t width);

  void PutInto(Batch* batch) const;

 private:
  explicit FixedNumbers(std::vector<std::pair<size_t, float>> values) : values_(std::move(values)) {}

  std::vector<std::pair<size_t, float>> values_;  // by place
};

}  // namespace mote::engine
