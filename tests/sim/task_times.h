// How long the tasks of a simulation take: drawn per task, the same on every worker but
// for its speed.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "common/block.h"
#include "tests/sim/options.h"

namespace mote::sim {

// Of a worker: how many times slower than the options say it computes, and how long it
// fetches a task's input.
struct Pace {
  double slowness = 1;
  absl::Duration fetch;
};

// Of one task.
absl::Duration TaskTime(const Options& options, const Pace& pace, uint64_t seed, int64_t task);

// Of all of the range, and how many of its tasks are begun after `elapsed` (at least one).
absl::Duration TimeOf(const Options& options, const Pace& pace, uint64_t seed, TaskRange range);
int64_t BegunAfter(const Options& options, const Pace& pace, uint64_t seed, TaskRange range, absl::Duration elapsed);

}  // namespace mote::sim
