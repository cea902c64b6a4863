#include "common/fading_mean.h"

#include <cmath>

#include "common/student_t.h"

namespace mote {

// The incremental mean and square sum of West (1979), with weights that fade.
void FadingMean::Add(double sample) {
  constexpr double kFade = 1 - kNewShare;
  weight_ = weight_ * kFade + 1;
  square_weight_ = square_weight_ * kFade * kFade + 1;
  const double off = sample - mean_;
  mean_ += off / weight_;
  spread_ = spread_ * kFade + off * (sample - mean_);
}

Estimate FadingMean::estimate() const {
  Estimate found{mean_};
  if (!is_measured()) return found;
  const double samples = weight_ * weight_ / square_weight_;
  if (samples < 1.5) return found;  // one: nothing is known of the spread
  // Unbiased for weights that say how much a sample counts, not how exact it is.
  const double variance = spread_ / (weight_ - square_weight_ / weight_);
  found.error = StudentT975(samples - 1 < 1 ? 1 : samples - 1) * std::sqrt(variance / samples);
  return found;
}

}  // namespace mote
