// A planned pass becomes part of the state.
#pragma once

#include "coordinator/core/event.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

void AddPass(State& state, Job& job, int stage, const PlannedPass& planned, bool is_volatile);

}  // namespace mote::coordinator
