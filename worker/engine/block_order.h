// A lease, as an engine is told of it.
#pragma once

#include <cstdint>

#include "common/block.h"

namespace mote::engine {

// Numbers of the worker's own.
struct BlockOrder {
  uint64_t lease = 0;
  uint64_t pass = 0;
  Block block;
};

}  // namespace mote::engine
