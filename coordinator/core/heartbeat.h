// How often workers say that they are alive, and when silence is taken for death.
//
// A heartbeat and its answer cost the coordinator about 90 µs (docs/benchmarks.md), so that one
// a second of each of ten thousand workers would take a whole core. Beyond
// kHeartbeatsPerSecond of all together each comes more rarely, and silence is allowed for as
// much longer.
#pragma once

#include "coordinator/core/state.h"

namespace mote::coordinator {

inline constexpr int64_t kHeartbeatsPerSecond = 1000;

// What workers are to be told now: CoreOptions::heartbeat_interval, or more where there are many.
absl::Duration HeartbeatInterval(const State& state);

// A worker that was not heard of for longer is lost: CoreOptions::heartbeat_timeout, or more
// by as much as it was told to come more rarely.
absl::Duration SilenceLimit(const State& state, const Worker& worker);

}  // namespace mote::coordinator
