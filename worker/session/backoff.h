// How long to wait before the next try.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "common/philox.h"

namespace mote::worker {

// Doubles with every try up to a maximum, times a factor in [0.5, 1) drawn from
// the seed: a thousand workers that lost one coordinator do not come back at once.
//
// Not thread-safe.
class Backoff {
 public:
  Backoff(absl::Duration first, absl::Duration longest, uint64_t seed);

  // The wait before the next try.
  absl::Duration Next();
  // It worked: the next wait is short again.
  void Reset() { tries_ = 0; }
  int tries() const { return tries_; }

 private:
  const absl::Duration first_;
  const absl::Duration longest_;
  const Philox random_;
  int tries_ = 0;
  uint64_t drawn_ = 0;
};

}  // namespace mote::worker
