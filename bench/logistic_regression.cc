#include "bench/logistic_regression.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace mote::bench {
namespace {

constexpr int kStepsMax = 100;
constexpr double kGradientMax = 1e-9;

// log(1 + exp(z)) without overflow.
double Softplus(double z) { return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z)); }

double Objective(const Examples& examples, const std::vector<double>& weights, double c) {
  double sum = 0;
  for (int64_t j = 0; j < examples.features; ++j) sum += 0.5 * weights[j] * weights[j];
  const std::vector<double> z = Decide(examples, weights);
  for (int64_t i = 0; i < examples.rows(); ++i) sum += c * Softplus(examples.y[i] == 1 ? -z[i] : z[i]);
  return sum;
}

struct Derivatives {
  std::vector<double> gradient;
  std::vector<double> hessian;  // n × n, lower triangle
};

Derivatives Derive(const Examples& examples, const std::vector<double>& weights, double c) {
  const auto n = static_cast<size_t>(examples.features) + 1;
  Derivatives d{std::vector<double>(n, 0.0), std::vector<double>(n * n, 0.0)};
  for (size_t j = 0; j + 1 < n; ++j) {
    d.gradient[j] = weights[j];
    d.hessian[j * n + j] = 1;
  }
  d.hessian[n * n - 1] = 1e-12;  // keeps the factorisation alive when all p are 0 or 1
  const std::vector<double> z = Decide(examples, weights);
  std::vector<double> row(n, 1.0);
  for (int64_t i = 0; i < examples.rows(); ++i) {
    std::copy_n(examples.x.begin() + i * examples.features, examples.features, row.begin());
    const double p = 1 / (1 + std::exp(-z[i]));
    for (size_t j = 0; j < n; ++j) {
      d.gradient[j] += c * (p - examples.y[i]) * row[j];
      for (size_t k = 0; k <= j; ++k) d.hessian[j * n + k] += c * p * (1 - p) * row[j] * row[k];
    }
  }
  return d;
}

// Solves hessian · s = gradient by Cholesky factorisation, in place.
std::vector<double> Solve(Derivatives d) {
  std::vector<double>& a = d.hessian;
  std::vector<double>& s = d.gradient;
  const size_t n = s.size();
  for (size_t j = 0; j < n; ++j) {
    for (size_t k = 0; k <= j; ++k) {
      double sum = a[j * n + k];
      for (size_t m = 0; m < k; ++m) sum -= a[j * n + m] * a[k * n + m];
      a[j * n + k] = j == k ? std::sqrt(sum) : sum / a[k * n + k];
    }
    for (size_t m = 0; m < j; ++m) s[j] -= a[j * n + m] * s[m];
    s[j] /= a[j * n + j];
  }
  for (size_t j = n; j-- > 0;) {
    for (size_t m = j + 1; m < n; ++m) s[j] -= a[m * n + j] * s[m];
    s[j] /= a[j * n + j];
  }
  return s;
}

double LargestOf(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

}  // namespace

std::vector<double> Decide(const Examples& examples, const std::vector<double>& weights) {
  std::vector<double> z(examples.rows(), weights.back());
  for (int64_t i = 0; i < examples.rows(); ++i) {
    for (int64_t j = 0; j < examples.features; ++j) z[i] += weights[j] * examples.x[i * examples.features + j];
  }
  return z;
}

absl::StatusOr<std::vector<double>> FitLogistic(const Examples& examples, double c) {
  const auto positive = std::count(examples.y.begin(), examples.y.end(), 1);
  if (positive == 0 || positive == examples.rows()) {
    return absl::InvalidArgumentError(
        absl::StrCat(examples.rows(), " rows, ", positive, " of class 1: both classes are needed"));
  }
  std::vector<double> weights(static_cast<size_t>(examples.features) + 1, 0.0);
  double objective = Objective(examples, weights, c);
  for (int step = 0; step < kStepsMax; ++step) {
    const Derivatives derivatives = Derive(examples, weights, c);
    if (LargestOf(derivatives.gradient) <= kGradientMax * static_cast<double>(examples.rows())) return weights;
    const std::vector<double> direction = Solve(derivatives);
    for (double length = 1; length > 1e-12; length /= 2) {
      std::vector<double> candidate = weights;
      for (size_t j = 0; j < weights.size(); ++j) candidate[j] -= length * direction[j];
      const double value = Objective(examples, candidate, c);
      // At the optimum, rounding alone may raise the objective.
      if (!(value <= objective + 1e-12 * std::abs(objective))) continue;
      weights = std::move(candidate);
      objective = value;
      break;
    }
  }
  return absl::InternalError("logistic regression did not converge; standardise the features");
}

}  // namespace mote::bench
