// Rows of a binned table (kernel trees.bin: bins:u8[features], label:f32) in memory.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/block.h"
#include "worker/engine/row_source.h"

namespace mote::engine {

struct BinnedRows {
  int64_t rows = 0;
  int64_t features = 0;
  std::vector<uint8_t> bins;  // row after row
  std::vector<float> labels;

  const uint8_t* row(int64_t i) const { return bins.data() + i * features; }
  int64_t bytes() const { return static_cast<int64_t>(bins.size() + labels.size() * sizeof(float)); }

  // The rows `range` of `source`. Errors as RowSource::Read's; InvalidArgument: not a
  // binned table.
  static absl::StatusOr<BinnedRows> Read(RowSource& source, TaskRange range, BlobSource& blobs);
};

}  // namespace mote::engine
