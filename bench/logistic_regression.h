// Plain logistic regression of two classes, to compare trained models with.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

namespace mote::bench {

// Rows of numbers, row-major, and the class of each (0 or 1).
struct Examples {
  int64_t features = 0;
  std::vector<double> x;
  std::vector<int> y;

  int64_t rows() const { return static_cast<int64_t>(y.size()); }
};

// Weights of the features, then the intercept.
//
// Minimises ½·w·w + C·Σ log(1 + exp(−s·(w·x + b))), s = ±1, the intercept b not
// penalised: what scikit-learn's LogisticRegression(penalty="l2", C=C) minimises. By
// Newton's method with step halving, to a gradient of at most 1e-9.
//
//   InvalidArgument  no rows, or one class only
//   Internal         no convergence in 100 steps
absl::StatusOr<std::vector<double>> FitLogistic(const Examples& examples, double c);

// w·x + b of each row.
std::vector<double> Decide(const Examples& examples, const std::vector<double>& weights);

}  // namespace mote::bench
