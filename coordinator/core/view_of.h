// Views of the state, for answers.
#pragma once

#include "coordinator/core/state.h"

namespace mote::coordinator {

JobView ViewOf(const State& state, const Job& job, absl::Time now);
WorkerView ViewOf(const State& state, const Worker& worker, absl::Time now);

}  // namespace mote::coordinator
