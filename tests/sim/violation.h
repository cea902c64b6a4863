// What a simulation found wrong.
#pragma once

#include <string>

#include "absl/time/time.h"

namespace mote::sim {

struct Violation {
  std::string invariant;  // the broken promise, always in the same words: the minimiser compares them
  std::string detail;     // the tasks, workers and values
  absl::Duration at;      // simulated time since the start

  std::string ToString() const;  // "at 1.250s: an attempt committed that was not live: job 1, block at task 8"
};

}  // namespace mote::sim
