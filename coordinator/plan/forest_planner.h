// Operation `forest`: decision trees on bootstrap samples (one tree: a decision tree).
//
// Quantiles and classes are counted, rows become bins, then one task grows one tree on
// the whole binned table; a last task makes the model of all trees.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeForestPlanner();

}  // namespace mote::coordinator
