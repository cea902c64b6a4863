// What one slow worker of eight costs, in simulated time.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mote::sim {

struct StragglerFigure {
  absl::Duration task_duration;
  int64_t tasks = 0;
  absl::Duration with;     // makespan of eight workers, one of them ten times slower
  absl::Duration without;  // of the seven others alone
  double wasted = 0;       // share of the device time that went to beaten attempts
  int64_t attempts_lost = 0;

  double ratio() const { return absl::FDivDuration(with, without); }
};

// Runs both clusters on tasks of one length: as many as keep seven workers busy for
// `busy`. Internal: a promise of the simulation was broken; the message says which.
absl::StatusOr<StragglerFigure> MeasureStraggler(absl::Duration task_duration, absl::Duration busy, uint64_t seed);

}  // namespace mote::sim
