// Operation `infer`: a model over the rows of a table, one pass; a task's rows are
// exactly one forward batch.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeInferPlanner();

}  // namespace mote::coordinator
