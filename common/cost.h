// What tasks cost: rolled up per block by engines, added up by the coordinator.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/histogram.h"

namespace mote {

// Phases of a task, in the order in which data passes through them.
enum class Phase { kFetch, kDecode, kToDevice, kCompute, kFromDevice, kEncode, kSend };
inline constexpr int kPhaseCount = 7;
std::string_view Name(Phase phase);  // "to device"

// Integer nanoseconds and bytes, so that sums do not depend on their order.
struct Cost {
  int64_t tasks = 0;
  std::array<int64_t, kPhaseCount> phase_ns{};  // busy time
  int64_t staged_bytes = 0;                     // C: to and from the device
  int64_t network_bytes = 0;                    // S: over the network
  Histogram task_ns;                            // one entry per task: its wall time

  int64_t compute_ns() const { return phase_ns[static_cast<int>(Phase::kCompute)]; }
  // Mean busy time of a task over all phases, at least 1 ns; 0 while there is no task.
  int64_t mean_task_ns() const;
  // Fetch, transfers and send: what α·(C+S) predicts.
  int64_t communication_ns() const;
  void Merge(const Cost& other);
  bool operator==(const Cost&) const = default;
};

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
  // t·s/√Σx² with s² = Σ (y − αx)² / (n − 1), t of Student's distribution by its
  // expansion (Abramowitz and Stegun 26.7.5). Infinite below two samples.
  double alpha_error() const;
  int64_t count() const { return sums_.count; }

  // All that it keeps: a fit made from them goes on as this one.
  struct Sums {
    int64_t count = 0;
    double xx = 0, xy = 0, yy = 0;
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
