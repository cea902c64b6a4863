#include "common/fading_mean.h"

#include <algorithm>
#include <cmath>

#include "common/student_t.h"

namespace mote {

// The incremental mean and square sum of West (1979), with weights that fade.
void FadingMean::Add(double sample) {
  constexpr double kFade = 1 - kNewShare;
  ++count_;
  weight_ = weight_ * kFade + 1;
  square_weight_ = square_weight_ * kFade * kFade + 1;
  const double off = sample - mean_;
  mean_ += off / weight_;
  spread_ = spread_ * kFade + off * (sample - mean_);
}

Estimate FadingMean::estimate() const {
  Estimate found{mean_};
  if (count_ < 2) return found;  // nothing is known of the spread
  const double samples = weight_ * weight_ / square_weight_;
  const double freedom = std::max(1.0, std::min(static_cast<double>(count_ - 1), 2 * (samples - 1)));
  // Unbiased for weights that say how much a sample counts, not how exact it is.
  const double variance = spread_ / (weight_ - square_weight_ / weight_);
  found.error = StudentT975(freedom) * std::sqrt(variance / samples);
  return found;
}

}  // namespace mote
