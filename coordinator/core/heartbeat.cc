#include "coordinator/core/heartbeat.h"

#include <algorithm>

namespace mote::coordinator {

absl::Duration HeartbeatInterval(const State& state) {
  const absl::Duration shared = absl::Seconds(1) * state.cluster.session_count() / kHeartbeatsPerSecond;
  return std::max(state.options.heartbeat_interval, shared);
}

absl::Duration SilenceLimit(const State& state, const Worker& worker) {
  const absl::Duration shortest = state.options.heartbeat_interval;
  if (worker.heartbeat_interval <= shortest) return state.options.heartbeat_timeout;
  return state.options.heartbeat_timeout * absl::FDivDuration(worker.heartbeat_interval, shortest);
}

}  // namespace mote::coordinator
