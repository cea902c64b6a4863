// Which slots can run a pass at all.
#pragma once

#include <cstdint>
#include <string>

#include "coordinator/core/state.h"

namespace mote::coordinator {

// One slot of a worker; the default is none.
struct SlotName {
  std::string worker;
  int slot = -1;
};

// Some open slot other than `but` may run the pass.
bool AnyOpenSlotMayRun(const State& state, const Job& job, const Pass& pass, const SlotName& but = {});

// How many open slots share the pass's work: those that may run it, where it asks for some, else
// all (a numeric class is what nearly all have).
int64_t OpenSlotsFor(const State& state, const Job& job, const Pass& pass);

// What the pass needs that no connected worker has, or the one that it is bound to, and what to
// do, in a sentence. Requires that none may run it.
std::string WhyNoneIsCapable(const State& state, const Job& job, const Pass& pass);

}  // namespace mote::coordinator
