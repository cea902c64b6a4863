// A mean that forgets: of what changes slowly, such as how slow a slot is.
#pragma once

#include <cstdint>

#include "common/link_model.h"

namespace mote {

// Each new sample weighs kNewShare and older ones fade: quick enough that a slot which
// recovered is trusted again, slow enough that one odd block does not mark it. The
// interval takes the faded weights w into account: t·s·√(Σw²)/Σw, with the lesser of N − 1
// and 2(n − 1) degrees of freedom for N samples that count as n = (Σw)²/Σw². (Mean and
// spread are not independent under such weights; with n − 1 it would hold in 98 of 100
// cases instead of 95.)
//
// Not thread-safe. Five numbers, whatever it has seen.
class FadingMean {
 public:
  static constexpr double kNewShare = 0.3;

  // `unmeasured`: the value while there is no sample.
  explicit FadingMean(double unmeasured = 0) : mean_(unmeasured) {}

  // `sample` is finite.
  void Add(double sample);

  bool is_measured() const { return count_ > 0; }
  // With an infinite interval below two samples.
  Estimate estimate() const;

 private:
  int64_t count_ = 0;
  double weight_ = 0, square_weight_ = 0;  // Σ w, Σ w²
  double mean_, spread_ = 0;               // of the samples; Σ w·(sample − mean)²
};

}  // namespace mote
