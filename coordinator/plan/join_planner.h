// Operation `join`: the rows of a table, each with what another, smaller table says of its
// key. The smaller one is read whole by every engine (a broadcast join).
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeJoinPlanner();

}  // namespace mote::coordinator
