// What a command that waits keeps in memory.
#pragma once

#include <cstdint>

#include "coordinator/core/command.h"

namespace mote::coordinator {

// About so many bytes; what is bounded and small is left out.
int64_t BytesOf(const Command& command);

}  // namespace mote::coordinator
