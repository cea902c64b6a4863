#include "common/fading_ratio.h"

#include <algorithm>

namespace mote {

// Σ x² / Σ x is the size of the sample from which a unit comes, in the mean.
void FadingRatio::Add(double x, double y) {
  const double typical = x_ > 0 ? xx_ / x_ : x;
  const double keep = 1 - FadingMean::kNewShare * std::min(1.0, x / typical);
  x_ = x_ * keep + x;
  xx_ = xx_ * keep + x * x;
  xy_ = xy_ * keep + x * y;
}

}  // namespace mote
