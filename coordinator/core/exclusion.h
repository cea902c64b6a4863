// Slots that fail at what others do are excluded for a while, then probed; never the
// last one that can run what is pending.
//
// Looks at live reports only, and changes the cluster alone: nothing is journalled,
// and a restarted coordinator trusts everybody again.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// An attempt committed on this slot: all is forgiven.
void PraiseSlot(State& state, Worker& worker, int slot, JobId job, const Pass& pass);

// An attempt failed; `blamed` is the task under suspicion, or the block. Called before
// the failure is applied. One that failed on another slot too speaks against neither.
void BlameSlot(Transaction& tx, const Attempt& attempt, const Job& job, const Pass& pass, Block blamed,
               const Failure& failure);

// Ends cool-downs that are over, or of slots without which something cannot run.
void ReviewExclusions(Transaction& tx);

}  // namespace mote::coordinator
