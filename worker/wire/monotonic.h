// The clock that all processes of a machine share.
#pragma once

#include <cstdint>
#include <ctime>

namespace mote::wire {

// Nanoseconds of CLOCK_MONOTONIC; about 20 ns a call.
inline int64_t MonotonicNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace mote::wire
