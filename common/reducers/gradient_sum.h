// Sums over rows of what training yields: gradients, or states of a model, each with
// the sum of the loss.
//
// Partial (little-endian): rows i64 ≥ 1, loss f64 (a sum over rows), then numbers in the
// order of the model's parameters: gradients as f32, or states, each already multiplied
// by its rows, as f64. So the divisor is known at the end only, and a task without rows
// has no partial. A weight of 32 bits times its rows is exact in 64 bits (below 2^29
// rows): the mean of one state alone is that state, bit for bit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/reducers/reducer_entry.h"

namespace mote {

inline constexpr int64_t kRowSumsHeaderBytes = 16;

// A decoded partial; `values` points into it and need not be aligned.
template <class T>
struct RowSums {
  int64_t rows = 0;
  double loss = 0;
  std::string_view values;  // count() of T

  int64_t count() const { return static_cast<int64_t>(values.size() / sizeof(T)); }
};
using GradientSums = RowSums<float>;
using StateSums = RowSums<double>;

// InvalidArgument: not a partial of gradient_sum, of state_sum.
absl::StatusOr<GradientSums> DecodeGradients(std::string_view partial);
absl::StatusOr<StateSums> DecodeStates(std::string_view partial);

// The partial of one task.
std::string EncodeGradients(int64_t rows, double loss, const float* gradients, int64_t count);
std::string EncodeStates(int64_t rows, double loss, const double* states, int64_t count);

// They take no parameters. Combine is InvalidArgument when the numbers of parameters
// differ. Finish yields the partial as a blob; planners take the raw root instead.
//
// Internal: `train` names them, job files cannot.
ReducerEntry GradientSumEntry();
ReducerEntry StateSumEntry();

}  // namespace mote
