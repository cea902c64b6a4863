// Seconds a byte, or any ratio of two sums, of what changes slowly and is told by samples of
// very unlike sizes.
#pragma once

#include "common/fading_mean.h"

namespace mote {

// Least squares through the origin, Σ x·y / Σ x², with samples that fade: one as large as
// those before it makes them weigh FadingMean::kNewShare less, a small one less in proportion.
// So a megabyte's time is not forgotten over a few hundred bytes, which latency, not the
// link's rate, decides.
//
// Not thread-safe. Three numbers, whatever it has seen.
class FadingRatio {
 public:
  // `x` > 0; both are finite, `y` is not negative.
  void Add(double x, double y);

  bool is_measured() const { return xx_ > 0; }
  double ratio() const { return xx_ > 0 ? xy_ / xx_ : 0; }

 private:
  double x_ = 0, xx_ = 0, xy_ = 0;  // Σ w·x, Σ w·x², Σ w·x·y
};

}  // namespace mote
