// Operations `filter` and `sample`: some rows of a table, as they are and in their order.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeFilterPlanner();
std::unique_ptr<Planner> MakeSamplePlanner();

}  // namespace mote::coordinator
