// One seed, one stream of numbers: a simulation is a function of its seed.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "common/philox.h"

namespace mote::sim {

class Random {
 public:
  explicit Random(uint64_t seed) : philox_(seed, 0x51) {}

  uint64_t Below(uint64_t n) { return philox_.U64(index_++) % n; }
  bool Chance(double p) { return philox_.Uniform(index_++) < p; }
  absl::Duration Between(absl::Duration low, absl::Duration high) {
    return low + (high - low) * philox_.Uniform(index_++);
  }

 private:
  Philox philox_;
  uint64_t index_ = 0;
};

}  // namespace mote::sim
