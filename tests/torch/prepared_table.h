// Small prepared tables for tests of training and inference.
#pragma once

#include <cstdint>
#include <vector>

#include "common/philox.h"
#include "common/table.h"

namespace mote::testing {

// Columns row:i64, x:f32[features], label:i64: two noisy clouds, or more.
inline Table PreparedTable(int64_t rows, int64_t features, int64_t classes, uint64_t seed) {
  TableBuilder builder({{{"row", DType::kI64, 1}, {"x", DType::kF32, features}, {"label", DType::kI64, 1}}});
  const Philox random(seed, 0);
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t label = row < classes ? row : static_cast<int64_t>(random.U64(row) % classes);
    std::vector<float> x;
    for (int64_t j = 0; j < features; ++j) {
      const double center = j % classes == label ? 1.0 : 0.0;
      x.push_back(static_cast<float>(center + 2.0 * random.Uniform(1'000'000 + row * features + j) - 1.0));
    }
    builder.AddI64(row);
    builder.AddF32s(x.data(), features);
    builder.AddI64(label);
  }
  return builder.Take();
}

}  // namespace mote::testing
