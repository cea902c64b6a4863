// How long the tasks of a simulation take: drawn per task, the same on every worker but
// for its speed.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "common/block.h"
#include "tests/sim/options.h"

namespace mote::sim {

// Of one task on a worker that is `slowness` times slower than the options say.
absl::Duration TaskTime(const Options& options, double slowness, uint64_t seed, int64_t task);

// Of all of the range, and how many of its tasks are begun after `elapsed` (at least one).
absl::Duration TimeOf(const Options& options, double slowness, uint64_t seed, TaskRange range);
int64_t BegunAfter(const Options& options, double slowness, uint64_t seed, TaskRange range, absl::Duration elapsed);

}  // namespace mote::sim
