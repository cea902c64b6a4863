// Operations without input, for trying mote: N tasks that depend on their index
// alone. One pass; `tasks: {count: n}` sets N.
#pragma once

#include <memory>

#include "coordinator/core/planner.h"

namespace mote::coordinator {

std::unique_ptr<Planner> MakeNoopPlanner();
std::unique_ptr<Planner> MakeSleepPlanner();
std::unique_ptr<Planner> MakeSpinPlanner();
std::unique_ptr<Planner> MakeEchoPlanner();
std::unique_ptr<Planner> MakeRandomSumPlanner();
std::unique_ptr<Planner> MakeMisbehavePlanner();

}  // namespace mote::coordinator
