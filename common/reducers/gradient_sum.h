// Sums of gradients and losses over rows.
//
// Partial (little-endian): rows i64 ≥ 1, loss f64 (a sum over rows), then the
// gradient of each parameter in order, f32 (sums over rows). So the divisor is
// known at the end only, and a task without rows has no partial.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/reducers/reducer_entry.h"

namespace mote {

inline constexpr int64_t kGradientHeaderBytes = 16;

// A decoded partial; `gradients` points into it and need not be aligned.
struct GradientSums {
  int64_t rows = 0;
  double loss = 0;
  std::string_view gradients;  // f32, count() of them

  int64_t count() const { return static_cast<int64_t>(gradients.size() / sizeof(float)); }
};

// InvalidArgument: not a partial of gradient_sum.
absl::StatusOr<GradientSums> DecodeGradients(std::string_view partial);

// The partial of one task.
std::string EncodeGradients(int64_t rows, double loss, const float* gradients, int64_t count);

// Takes no parameters. Combine is InvalidArgument when the numbers of parameters
// differ. Finish yields the partial as a blob; planners take the raw root instead.
//
// Internal: `train` names it, job files cannot.
ReducerEntry GradientSumEntry();

}  // namespace mote
