// The first bytes of a text as a number, to compare and hash short texts without a loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mote {

// The bytes [at, at + size), the first one in the lowest byte, zeros above the last one;
// size ≤ 8. Touches no byte outside.
inline uint64_t LoadUpTo8(const char* at, size_t size) {
  if (size >= 4) {
    uint32_t first, last;  // which may overlap: equal bits meet
    std::memcpy(&first, at, sizeof(first));
    std::memcpy(&last, at + size - sizeof(last), sizeof(last));
    return first | static_cast<uint64_t>(last) << (8 * (size - sizeof(last)));
  }
  if (size == 0) return 0;
  const auto byte = [at](size_t i) { return static_cast<uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i); };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

}  // namespace mote
