// How long tasks of a few shapes took, and the shape that was chosen from it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "common/histogram.h"
#include "common/price.h"

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

// What the tasks took that measured how large tasks shall be: they are not like the others.
struct Probes {
  int64_t tasks = 0;
  Usage used;
  Histogram task_ns;
  bool operator==(const Probes&) const = default;
};

}  // namespace mote::coordinator
