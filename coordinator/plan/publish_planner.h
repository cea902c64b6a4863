// Operation `publish`: a model and how its rows are prepared, under a name and a version.
//
// One pass of one task checks that the parts belong together; the core gives the version
// (core/bundles.h). The operation `bundle` stands for what was published: the core takes its
// outputs from there, so it is never planned.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeBundlePlanner();
std::unique_ptr<Planner> MakePublishPlanner();

}  // namespace mote::coordinator
