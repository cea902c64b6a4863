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

inline uint64_t PackDerivatives(const Derivatives& d, double gradient_unit, double curvature_unit) {
  const double gradient = std::clamp(d.gradient / gradient_unit, -kGradientUnits, kGradientUnits);
  const double curvature = std::clamp(d.curvature / curvature_unit, 1.0, kCurvatureUnits);
  // Casts cut off: rounding to the nearest needs a number that is not negative.
  const int64_t high = static_cast<int64_t>(gradient + (kGradientUnits + 0.5)) - static_cast<int64_t>(kGradientUnits);
  const auto low = static_cast<int64_t>(curvature + 0.5);
  return (static_cast<uint64_t>(high) << 32) + static_cast<uint64_t>(low);
}

}  // namespace mote::engine
