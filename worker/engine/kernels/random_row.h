// The row that a task of random_sum yields.
#pragma once

#include <cstdint>

#include "common/table.h"

namespace mote::engine {

// Column result: `values` floating-point numbers drawn from seed and task alone, of
// such different size that their sum depends on the order in which it is taken.
Table RandomRow(int64_t values, uint64_t seed, int64_t task);

}  // namespace mote::engine
