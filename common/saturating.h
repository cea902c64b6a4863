// Sums that stop at the largest value instead of overflowing: counters may come
// from a peer that lies.
#pragma once

#include <cstdint>
#include <limits>

namespace mote {

inline int64_t SaturatingAdd(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

}  // namespace mote
