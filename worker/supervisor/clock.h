// The loop's clock: monotonic, so that a corrected wall clock moves no deadline.
#pragma once

#include "absl/time/time.h"
#include "worker/wire/monotonic.h"

namespace mote::worker {

inline absl::Time LoopNow() { return absl::UnixEpoch() + absl::Nanoseconds(wire::MonotonicNanoseconds()); }

}  // namespace mote::worker
