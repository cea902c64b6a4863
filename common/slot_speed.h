// How many times longer than the mean a task takes in one slot: learned, and forgotten.
#pragma once

#include "common/link_model.h"

namespace mote {

// A mean of ratios (seconds there over seconds on average) in which each new one weighs
// kNewShare and older ones fade: quick enough that a slot which recovered is trusted
// again, slow enough that one odd block does not mark it. The interval takes the faded
// weights w into account: t·s·√(Σw²)/Σw, at n = (Σw)²/Σw² samples.
//
// Not thread-safe. Four numbers, whatever it has seen.
class SlotSpeed {
 public:
  static constexpr double kNewShare = 0.3;

  // `ratio` is finite and above 0.
  void Add(double ratio);

  bool is_measured() const { return weight_ > 0; }
  // 1 while nothing was measured: an unknown slot is taken to be like the others.
  Estimate slowness() const;

 private:
  double weight_ = 0, square_weight_ = 0;  // Σ w, Σ w²
  double mean_ = 1, spread_ = 0;           // of the ratios; Σ w·(ratio − mean)²
};

}  // namespace mote
