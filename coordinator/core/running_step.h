// The step that a stage runs, as the event that begins it.
#pragma once

#include "coordinator/core/event.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// Of a volatile step, with the passes and artifacts that it has now. Its time is not set.
StepPlanned RunningStep(const Job& job, int stage);

}  // namespace mote::coordinator
