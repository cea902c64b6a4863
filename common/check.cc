#include "common/check.h"

#include <cstdio>
#include <cstdlib>

namespace mote {

void CheckFailed(const char* file, int line, const char* condition, const char* message) {
  std::fprintf(stderr, "%s:%d: check failed: %s (%s)\n", file, line, message, condition);
  std::abort();
}

}  // namespace mote
