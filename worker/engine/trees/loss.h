// Losses of boosted trees: probabilities, loss, gradients and curvature of raw scores.
//
// Only + − · / of IEEE 754 doubles, so the bits are the same on every machine.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace mote::engine {

// ln 2 in two parts: whole multiples of the first are exact.
inline constexpr double kLn2High = 6.93147180369123816490e-01;
inline constexpr double kLn2Low = 1.90821492927058770002e-10;

// e^x within 2 units of the last place; x is clamped to [−700, 700].
//
// x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r by its series to the 13th power. Inline and
// without branches, so that those of several rows overlap.
inline double Exp(double x) {
  constexpr double kInverseLn2 = 1.44269504088896338700e+00;
  constexpr double kToWhole = 6755399441055744.0;  // 1.5·2^52: adding it leaves no room for a fraction
  constexpr double kInverseFactorials[] = {
      1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0,
      1.0 / 5040.0,       1.0 / 720.0,       1.0 / 120.0,      1.0 / 24.0,      1.0 / 6.0,      0.5,
      1.0,                1.0};
  x = std::clamp(x, -700.0, 700.0);
  const double n = (x * kInverseLn2 + kToWhole) - kToWhole;
  const double r = (x - n * kLn2High) - n * kLn2Low;
  double sum = 0;
  for (const double factor : kInverseFactorials) sum = sum * r + factor;
  return sum * std::bit_cast<double>(static_cast<uint64_t>(static_cast<int64_t>(n) + 1023) << 52);
}

// ln x for x > 0, within 1e-15 relative.
double Log(double x);

inline double Sigmoid(double x) { return 1.0 / (1.0 + Exp(-x)); }

// What `raw` says: classes 0: the number itself; 2: sigmoid, [1 − p, p]; more:
// softmax.
void Probabilities(const double* raw, int64_t classes, float* scores);

// Loss of one row: half the squared error (classes 0), else −ln p of its class.
double RowLoss(const double* raw, int64_t classes, double label);

struct Derivatives {
  double gradient = 0;
  double curvature = 0;
};

inline constexpr double kCurvatureMin = 1e-6;

// First and second derivative of RowLoss by the raw score of two classes.
inline Derivatives DeriveTwo(double raw, double label) {
  const double p = Sigmoid(raw);
  return {p - label, std::max(p * (1.0 - p), kCurvatureMin)};
}

// The same by raw score `output` of any number of classes; softmax is approximated by
// its diagonal (Friedman: Greedy function approximation, 2001).
Derivatives Derive(const double* raw, int64_t classes, double label, int64_t output);

}  // namespace mote::engine
