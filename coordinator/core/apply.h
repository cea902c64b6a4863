// How events change the state: the one place, live and in replay.
#pragma once

#include "absl/status/status.h"
#include "common/reducer.h"
#include "coordinator/core/event.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// FailedPrecondition: the event contradicts the state. Folding may store blobs
// (in replay they are stored already).
absl::Status Apply(State& state, const Event& event, BlobSink& blobs);

}  // namespace mote::coordinator
