// Processor time of one thread: what work costs however busy the machine is. Beside the files
// because it asks the system.
#pragma once

#include <time.h>

#include <cstdint>

namespace mote {

// That the calling thread has used, nanoseconds.
inline int64_t ThreadNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace mote
