#include "worker/engine/trees/loss.h"

#include <algorithm>
#include <cmath>

namespace mote::engine {
namespace {

double MaxRaw(const double* raw, int64_t classes) {
  double most = raw[0];
  for (int64_t i = 1; i < classes; ++i) most = std::max(most, raw[i]);
  return most;
}

double SumOfExp(const double* raw, int64_t classes, double most) {
  double sum = 0;
  for (int64_t i = 0; i < classes; ++i) sum += Exp(raw[i] - most);
  return sum;
}

}  // namespace

// x = m·2^e with m in [√½, √2); ln m = 2·artanh((m−1)/(m+1)) by its series.
double Log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752440) {
    m *= 2;
    --exponent;
  }
  const double t = (m - 1) / (m + 1);
  const double square = t * t;
  double sum = 0;
  for (int power = 25; power >= 3; power -= 2) sum = square * (1.0 / static_cast<double>(power) + sum);
  const double ln_m = 2 * (t + t * sum);
  return static_cast<double>(exponent) * kLn2High + (ln_m + static_cast<double>(exponent) * kLn2Low);
}

void Probabilities(const double* raw, int64_t classes, float* scores) {
  if (classes == 0) {
    scores[0] = static_cast<float>(raw[0]);
  } else if (classes == 2) {
    scores[1] = static_cast<float>(Sigmoid(raw[0]));
    scores[0] = 1.0F - scores[1];
  } else {
    const double most = MaxRaw(raw, classes);
    const double sum = SumOfExp(raw, classes, most);
    for (int64_t i = 0; i < classes; ++i) scores[i] = static_cast<float>(Exp(raw[i] - most) / sum);
  }
}

double RowLoss(const double* raw, int64_t classes, double label) {
  if (classes == 0) return 0.5 * (raw[0] - label) * (raw[0] - label);
  if (classes == 2) {
    // ln(1 + e^−z), z the margin.
    const double margin = label > 0.5 ? raw[0] : -raw[0];
    return margin > 0 ? Log(1.0 + Exp(-margin)) : Log(1.0 + Exp(margin)) - margin;
  }
  const double most = MaxRaw(raw, classes);
  return Log(SumOfExp(raw, classes, most)) + most - raw[static_cast<int64_t>(label)];
}

Derivatives Derive(const double* raw, int64_t classes, double label, int64_t output) {
  if (classes == 0) return {raw[0] - label, 1.0};
  if (classes == 2) {
    Derivatives two;
    const auto target = static_cast<float>(label);
    DeriveTwo<1>(raw, &target, &two);
    return two;
  }
  const double most = MaxRaw(raw, classes);
  const double p = Exp(raw[output] - most) / SumOfExp(raw, classes, most);
  const double target = static_cast<int64_t>(label) == output ? 1.0 : 0.0;
  return {p - target, std::max(p * (1.0 - p), kCurvatureMin)};
}

}  // namespace mote::engine
