// What an event speaks of. FailedPrecondition: the state has no such thing.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/core/state.h"

namespace mote::coordinator {

absl::Status UnknownInEvent(std::string_view what, uint64_t id);

absl::StatusOr<Job*> JobOf(State& state, JobId id);
absl::StatusOr<Pass*> PassOf(State& state, JobId job, PassId id);
absl::StatusOr<StageRun*> StageOf(State& state, JobId id, int stage);

}  // namespace mote::coordinator
