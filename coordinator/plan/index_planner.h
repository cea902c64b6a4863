// Operations `index` and `index_shared`: find the rows of a job's input file. The core
// plans one of them for every input; a job file does not name them.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeIndexPlanner();
std::unique_ptr<Planner> MakeSharedIndexPlanner();

}  // namespace mote::coordinator
