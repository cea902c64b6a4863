// Operation `boost`: gradient-boosted trees on histograms.
//
// After quantiles and bins, a round grows one tree (of more than two classes one for
// each): for every level one pass sums histograms over blocks of rows, and one task
// puts the round's trees into the model. Which nodes a level has is never planned:
// engines find it from the sums of the levels before.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeBoostPlanner();

}  // namespace mote::coordinator
