// What both ends of a worker's session hold each other to.
#pragma once

#include <cstddef>

namespace mote {

// Of one control message, either way.
inline constexpr size_t kControlBytesMax = 256 << 10;
// Of one worker: the descriptions of so many fit its first message.
inline constexpr int kSlotsMax = 1024;

}  // namespace mote
