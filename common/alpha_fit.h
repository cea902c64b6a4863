// How many seconds a byte takes, learned from blocks.
#pragma once

#include <cstdint>

namespace mote {

// α of t' = t + α·(C + S): least squares through the origin over blocks, of
// communication seconds on bytes.
//
//   α = Σ x·y / Σ x²,   R² = 1 − Σ (y − αx)² / Σ y²   (about the origin)
class AlphaFit {
 public:
  void Add(double bytes, double seconds);
  // Seconds per byte; 0 while nothing with bytes was seen.
  double alpha() const;
  double r_squared() const;
  // Half of the 95 % confidence interval of α, for noise of one variance and mean zero:
  // t·s/√Σx² with s² = Σ (y − αx)² / (n − 1), t of Student's distribution. Infinite
  // below two samples.
  double alpha_error() const;
  int64_t count() const { return sums_.count; }
  double bytes() const { return sums_.x; }

  // All that it keeps: a fit made from them goes on as this one.
  struct Sums {
    int64_t count = 0;
    double x = 0, xx = 0, xy = 0, yy = 0;
    bool operator==(const Sums&) const = default;
  };
  AlphaFit() = default;
  explicit AlphaFit(const Sums& sums) : sums_(sums) {}
  const Sums& sums() const { return sums_; }
  bool operator==(const AlphaFit&) const = default;

 private:
  Sums sums_;
};

}  // namespace mote
