// Which slots can run a pass at all.
#pragma once

#include <string>

#include "coordinator/core/state.h"

namespace mote::coordinator {

// One slot of a worker; the default is none.
struct SlotName {
  std::string worker;
  int slot = -1;
};

// Some open slot other than `but` may run the pass. What one slot may run, so may all of
// its kind, unless the pass is bound to one worker.
bool AnyOpenSlotMayRun(const State& state, const Job& job, const Pass& pass, const SlotName& but = {});

}  // namespace mote::coordinator
