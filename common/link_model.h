// What a block's communication takes over one link, in more detail than α: the finer
// model that decisions use.
#pragma once

#include <cstdint>
#include <limits>

namespace mote {

// A learned number with half of its 95 % confidence interval.
struct Estimate {
  double value = 0;
  double error = std::numeric_limits<double>::infinity();
  bool operator==(const Estimate&) const = default;
};

// Least squares over blocks, of communication seconds y on C staged and S sent bytes:
//
//   y = latency + α_C·C + α_S·S
//
// solved by sweeping the normal equations (Goodnight 1979). Intervals are those of
// ordinary least squares, for noise of one variance and mean zero. Numbers that the
// blocks cannot tell apart (all of one size; C always a multiple of S) are not guessed:
// α_S is told first, then α_C, then the latency; what is left over has the value 0 and
// an infinite interval.
//
// Not thread-safe. Ten numbers, whatever it has seen.
class LinkModel {
 public:
  struct Parameters {
    Estimate latency;  // seconds a block
    Estimate staged;   // α_C, seconds a byte
    Estimate network;  // α_S, seconds a byte
    // 1 − Σ (y − predicted)² / Σ y², about the origin as AlphaFit's; 0 without samples.
    double r_squared = 0;
    bool operator==(const Parameters&) const = default;
  };

  // A block. Bytes and seconds are finite and not negative.
  void Add(double staged_bytes, double network_bytes, double seconds);

  Parameters Solve() const;
  int64_t count() const { return sums_.count; }

  // All that it keeps: a model made from them goes on as this one.
  struct Sums {
    int64_t count = 0;
    double c = 0, s = 0, cc = 0, cs = 0, ss = 0, y = 0, cy = 0, sy = 0, yy = 0;
    bool operator==(const Sums&) const = default;
  };
  LinkModel() = default;
  explicit LinkModel(const Sums& sums) : sums_(sums) {}
  const Sums& sums() const { return sums_; }
  bool operator==(const LinkModel&) const = default;

 private:
  Sums sums_;
};

}  // namespace mote
