// How events change blocks: leases, what attempts yield, and tasks without a result. Part of
// Apply (apply.h).
#pragma once

#include "absl/status/status.h"
#include "common/reducer.h"
#include "coordinator/core/event.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

// FailedPrecondition: the event contradicts the state.
absl::Status ApplyBlock(State& state, const LeaseGranted& event);
absl::Status ApplyBlock(State& state, const LeaseReissued& event);
absl::Status ApplyBlock(State& state, const BlockCommitted& event, BlobSink& blobs);
absl::Status ApplyBlock(State& state, const BlockHeld& event);
absl::Status ApplyBlock(State& state, const AttemptRevoked& event);
absl::Status ApplyBlock(State& state, const AttemptFailed& event);
absl::Status ApplyBlock(State& state, const TaskQuarantined& event, BlobSink& blobs);

}  // namespace mote::coordinator
