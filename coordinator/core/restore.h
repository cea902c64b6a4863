// How the events of a snapshot rebuild the state: the rest of Apply (apply.h).
#pragma once

#include "absl/status/status.h"
#include "common/reducer.h"
#include "coordinator/core/event.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// FailedPrecondition: the event contradicts the state, such as a snapshot that does
// not stand at the beginning of the journal.
absl::Status Restore(State& state, const StateRestored& event);
absl::Status Restore(State& state, const DropsRestored& event);
// After its JobSubmitted was applied.
absl::Status Restore(State& state, const JobRestored& event);
absl::Status Restore(State& state, const AbsentRestored& event);
absl::Status Restore(State& state, const StageRestored& event);
absl::Status Restore(State& state, const StoryRestored& event);
absl::Status Restore(State& state, const KeptRestored& event);
absl::Status Restore(State& state, const PassRestored& event);
absl::Status Restore(State& state, const PassProgressRestored& event, BlobSink& blobs);
absl::Status Restore(State& state, const HeldRestored& event);

}  // namespace mote::coordinator
