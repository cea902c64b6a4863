// Gradients and curvatures as whole numbers of units, packed into one 64-bit number:
// the gradient in the high half, signed, the curvature in the low half.
//
// |gradient| ≤ 2^15 and curvature ≤ 2^16 units, so 2^15 packed rows add up without the
// halves running into each other. Rounding is to the nearest unit: 1/32768 of the
// largest gradient.
#pragma once

#include <algorithm>
#include <cstdint>

#include "worker/engine/trees/loss.h"

namespace mote::engine {

inline constexpr double kGradientUnits = 32768;
inline constexpr double kCurvatureUnits = 65536;

class DerivativeUnits {
 public:
  // What one unit of each is worth.
  DerivativeUnits(double gradient, double curvature) : per_gradient_(1.0 / gradient), per_curvature_(1.0 / curvature) {}

  uint64_t Pack(const Derivatives& d) const {
    const double gradient = std::min(std::max(d.gradient * per_gradient_, -kGradientUnits), kGradientUnits);
    const double curvature = std::min(std::max(d.curvature * per_curvature_, 1.0), kCurvatureUnits);
    // Casts cut off: rounding to the nearest needs a number that is not negative.
    const int64_t high = static_cast<int64_t>(gradient + (kGradientUnits + 0.5)) - static_cast<int64_t>(kGradientUnits);
    const auto low = static_cast<int64_t>(curvature + 0.5);
    return (static_cast<uint64_t>(high) << 32) + static_cast<uint64_t>(low);
  }

 private:
  double per_gradient_;
  double per_curvature_;
};

}  // namespace mote::engine
