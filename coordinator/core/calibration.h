// How long tasks of a few shapes took, and the shape that was chosen from it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace mote::coordinator {

struct MeasuredShape {
  int64_t rows = 0;     // of a task
  absl::Duration task;  // the median over the tasks that were run
  bool operator==(const MeasuredShape&) const = default;
};

struct Calibration {
  std::vector<MeasuredShape> measured;
  int64_t rows = 0;  // of a task, as chosen; 0: it is still being measured
  bool operator==(const Calibration&) const = default;
};

}  // namespace mote::coordinator
