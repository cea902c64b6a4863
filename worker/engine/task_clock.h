// The clock of the inner loop, which is read once a task.
//
// Where the kernel itself trusts the processor's counter (clock source "tsc"), the
// counter is read directly: half the cost of clock_gettime. It is aligned with
// CLOCK_MONOTONIC once a block, so errors do not add up.
#pragma once

#include <cstdint>

#include "worker/wire/monotonic.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace mote::engine {

// Not thread-safe.
class TaskClock {
 public:
  TaskClock();

  // Call at the beginning of every block. The first ones are timed by
  // clock_gettime, until the counter's rate is known.
  void Align();

  // Nanoseconds of CLOCK_MONOTONIC.
  int64_t Now() const {
#if defined(__x86_64__)
    if (scale_ > 0) {
      return aligned_ns_ + static_cast<int64_t>((static_cast<Wide>(__rdtsc() - aligned_ticks_) * scale_) >> kScaleBits);
    }
#endif
    return wire::MonotonicNanoseconds();
  }

 private:
  using Wide = unsigned __int128;  // whole numbers: turning ticks to double and back takes three times as long
  static constexpr int kScaleBits = 32;

  bool usable_ = false;
  uint64_t first_ticks_ = 0;
  int64_t first_ns_ = 0;
  uint64_t aligned_ticks_ = 0;
  int64_t aligned_ns_ = 0;
  uint64_t scale_ = 0;  // nanoseconds a tick · 2^kScaleBits; 0: not known yet
};

}  // namespace mote::engine
