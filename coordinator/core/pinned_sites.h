// Workers at which rows of a job stay (`placement: pinned`): nobody else can work on those,
// so the job waits for one that is away, and not for ever.
#pragma once

#include <string>

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Notes who is away that a pass waits for, and ends jobs that have waited too long.
void ReviewPinnedSites(Transaction& tx);

// Why the pass waits for the one worker that may run it; empty: it does not.
std::string WhySiteIsAway(const State& state, const Job& job, const Pass& pass, absl::Time now);

}  // namespace mote::coordinator
