// Operation `apply`: what `prepare` has learnt, applied to another table.
//
// Three passes: one task reads what was fitted (a planner reads no artifact), the rows are
// transformed, one task reports on them.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeApplyPlanner();

}  // namespace mote::coordinator
