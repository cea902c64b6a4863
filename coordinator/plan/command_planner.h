// Operation `command`: the user's own program as an engine, one JSON line in and
// one out for every row of the input.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeCommandPlanner();

}  // namespace mote::coordinator
