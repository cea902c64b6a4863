// Operation `zip`: two tables of as many rows side by side, as images and their labels lie in
// two files.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeZipPlanner();

}  // namespace mote::coordinator
