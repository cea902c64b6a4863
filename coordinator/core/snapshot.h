// A state as the short list of events that rebuilds it.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "coordinator/core/event.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// The events that make of an empty core one whose jobs stand as those of `state` do.
// Their size does not depend on how many tasks were committed or how often.
//
// `state` must have been made by replay: a live one also holds what is not journalled
// (the steps between two checkpoints), and that must not come to be. Artifacts that
// were due to be deleted an hour before `now` are taken to be gone.
std::vector<Event> SnapshotOf(const State& state, absl::Time now);

}  // namespace mote::coordinator
