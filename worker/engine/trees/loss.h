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

// e^x of `kCount` numbers, within 2 units of the last place; each is clamped to
// [−700, 700].
//
// x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r by its series to the 13th power. That is a chain
// of 26 operations: those of several numbers go side by side.
template <int kCount>
inline void ExpOf(double* x) {
  constexpr double kInverseLn2 = 1.44269504088896338700e+00;
  constexpr double kToWhole = 6755399441055744.0;  // 1.5·2^52: adding it leaves no room for a fraction
  constexpr double kInverseFactorials[] = {1.0 / 6227020800.0,
                                           1.0 / 479001600.0,
                                           1.0 / 39916800.0,
                                           1.0 / 3628800.0,
                                           1.0 / 362880.0,
                                           1.0 / 40320.0,
                                           1.0 / 5040.0,
                                           1.0 / 720.0,
                                           1.0 / 120.0,
                                           1.0 / 24.0,
                                           1.0 / 6.0,
                                           0.5,
                                           1.0,
                                           1.0};
  double r[kCount], n[kCount], sum[kCount];
  for (int i = 0; i < kCount; ++i) {
    const double clamped = std::min(std::max(x[i], -700.0), 700.0);
    n[i] = (clamped * kInverseLn2 + kToWhole) - kToWhole;
    r[i] = (clamped - n[i] * kLn2High) - n[i] * kLn2Low;
    sum[i] = 0;
  }
  for (const double factor : kInverseFactorials) {
    for (int i = 0; i < kCount; ++i) sum[i] = sum[i] * r[i] + factor;
  }
  for (int i = 0; i < kCount; ++i) {
    x[i] = sum[i] * std::bit_cast<double>(static_cast<uint64_t>(static_cast<int64_t>(n[i]) + 1023) << 52);
  }
}

inline double Exp(double x) {
  ExpOf<1>(&x);
  return x;
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

// First and second derivative of RowLoss by the raw score of two classes, of `kCount` rows.
template <int kCount>
inline void DeriveTwo(const double* raw, const float* labels, Derivatives* derivatives) {
  double e[kCount];
  for (int i = 0; i < kCount; ++i) e[i] = -raw[i];
  ExpOf<kCount>(e);
  for (int i = 0; i < kCount; ++i) {
    const double p = 1.0 / (1.0 + e[i]);
    derivatives[i] = {p - static_cast<double>(labels[i]), std::max(p * (1.0 - p), kCurvatureMin)};
  }
}

// The same by raw score `output` of any number of classes; softmax is approximated by
// its diagonal (Friedman: Greedy function approximation, 2001).
Derivatives Derive(const double* raw, int64_t classes, double label, int64_t output);

}  // namespace mote::engine
