// How many files and connections this process may have open.
#pragma once

#include <sys/resource.h>

namespace mote {

// As many as the system lets it: what a login shell sets (often 1024) is for programs that
// use select(2). Does nothing where that is not allowed.
inline void AllowManyOpenFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace mote
