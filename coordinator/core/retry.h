// What follows a failed attempt: retry, isolate a suspect, bisect, quarantine, or
// give up.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// The attempt of `token` ended with `failure`; tasks before `done_end` were
// committed, the rest was not. `wasted`: slot time that it spent without a result. May
// end the job.
//
// System faults are retried; a task under suspicion is leased alone, a block
// without a suspect is bisected, until the guilty task stands alone and has used up
// its attempts. Application errors are not retried unless the job says so. A task that is given up fails
// the job or becomes absent, by the stage's policy.
void OnFailure(Transaction& tx, const LeaseToken& token, int64_t done_end, Failure failure, absl::Duration wasted);

}  // namespace mote::coordinator
