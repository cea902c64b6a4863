// Ids of passes: unique for ever, because the epoch stands above the counter.
#pragma once

#include "coordinator/core/state.h"

namespace mote::coordinator {

// The id that the next StepPlanned will use; `offset` for several at once.
inline PassId NextPassId(const State& state, uint64_t offset = 0) {
  return PassId{(state.epoch.value << 40) | (state.next_pass + offset)};
}

}  // namespace mote::coordinator
