// What it is worth to know what bytes cost: workers of unequal speed and link.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mote::sim {

struct PlacementFigure {
  absl::Duration learned;  // the job's makespan with what was learned of links
  absl::Duration blind;    // and with α = 0
  absl::Duration bound;    // the least that any placement takes which knows all from the start

  double gain() const { return 1 - absl::FDivDuration(learned, blind); }
};

// Four workers of one slot: two alike, one that computes four times slower, one behind
// 100 Mbit/s; the others have 10 Gbit/s. Each task reads 10 MiB.
absl::StatusOr<PlacementFigure> MeasurePlacement(int64_t tasks, absl::Duration task_duration, uint64_t seed);

}  // namespace mote::sim
