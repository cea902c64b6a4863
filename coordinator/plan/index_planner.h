// Operation `index`: finds the rows of a job's input file. The core plans it for
// every input; a job file does not name it.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeIndexPlanner();

}  // namespace mote::coordinator
