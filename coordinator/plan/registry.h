// The operations that mote ships, by name.
//
// Adding an operation: its planner in this folder, its kernel in worker/engine,
// their tests, and a line in registry.cc here and in builtin_kernels.cc there.
#pragma once

#include "coordinator/core/planner.h"

namespace mote::coordinator {

// Made at the first call, never changed, never destroyed. Thread-safe.
const PlannerTable& BuiltinPlanners();

}  // namespace mote::coordinator
