// How the events of fold tasks change the state: a part of Apply (apply.h).
#pragma once

#include "absl/status/status.h"
#include "common/reducer.h"
#include "coordinator/core/event.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// FailedPrecondition: the event contradicts the state.
absl::Status ApplyFold(State& state, const FinishPlanned& event);
absl::Status ApplyFold(State& state, const FoldPlanned& event);
absl::Status ApplyFold(State& state, const SubtreeFolded& event, BlobSink& blobs);
absl::Status ApplyFold(State& state, const OutputLost& event, BlobSink& blobs);

}  // namespace mote::coordinator
