// Losses of boosted trees: probabilities, loss, gradients and curvature of raw scores.
//
// Only + − · / of IEEE 754 doubles, so the bits are the same on every machine.
#pragma once

#include <cstdint>

namespace mote::engine {

// e^x within 2 units of the last place; x is clamped to [−700, 700].
double Exp(double x);
// ln x for x > 0, within 1e-15 relative.
double Log(double x);

inline double Sigmoid(double x) { return 1.0 / (1.0 + Exp(-x)); }

// What `raw` says: classes 0: the number itself; 2: sigmoid, [1 − p, p]; more:
// softmax.
void Probabilities(const double* raw, int64_t classes, float* scores);

// Loss of one row: half the squared error (classes 0), else −ln p of its class.
double RowLoss(const double* raw, int64_t classes, double label);

// First and second derivative of RowLoss by raw score `output`; softmax is
// approximated by its diagonal (Friedman: Greedy function approximation, 2001).
struct Derivatives {
  double gradient = 0;
  double curvature = 0;
};
Derivatives Derive(const double* raw, int64_t classes, double label, int64_t output);

}  // namespace mote::engine
