// The leases that a worker holds, in the order in which its engines run them.
#pragma once

#include <map>
#include <vector>

#include "coordinator/core/state.h"

namespace mote::coordinator {

struct HeldLease {
  LeaseToken token;
  Attempt attempt;
};

// By slot, each in the order of the grants: the first one runs, the others wait behind
// it. Of grants in one step, the lower pass and attempt comes first. Leases that no
// block knows any more are left out.
std::map<int, std::vector<HeldLease>> HeldLeases(const State& state, const Worker& worker);

}  // namespace mote::coordinator
