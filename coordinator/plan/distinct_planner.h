// Operation `distinct`: the first row of each key, in the rows' order.
//
// Three passes: tasks tell the hashes of their rows' keys (equal ones of one task once);
// tasks of the second take a part of all hashes each and find those that several tasks
// have; the third goes over the rows again and leaves the repeated ones out.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeDistinctPlanner();

}  // namespace mote::coordinator
