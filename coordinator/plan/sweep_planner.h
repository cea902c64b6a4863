// Operation `sweep`: what a stage with `over:` and `select:` becomes. Trials are runs of
// another operation's planner inside one stage, so their passes share its input; each
// is measured by `infer` with a classification report, and the best one's outputs are
// the stage's.
//
// Parameters {of: operation, with: its parameters, over, select, measure, validate}:
// the client hoists references out of `with`, so that the core resolves them.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

// `planners` must outlive the planner.
std::unique_ptr<Planner> MakeSweepPlanner(const PlannerTable& planners);

}  // namespace mote::coordinator
