// What a stage took when its like ran before.
#pragma once

#include "coordinator/core/state.h"

namespace mote::coordinator {

// The newest run of a stage of that name and operation, complete and with tasks of its own
// (not reused), in another job of the same name and tenant; nullptr: there is none among the
// newest kEarlierJobsMax jobs. Its input and parameters may have been others. Lives as long as
// the job.
const StageRun* EarlierRun(const State& state, const Job& job, int stage);

inline constexpr int kEarlierJobsMax = 100;

}  // namespace mote::coordinator
