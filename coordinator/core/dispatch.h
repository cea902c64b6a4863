// Who gets which block: grants leases while there are open slots and pending work.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Grants nothing while the coordinator's disk is low.
void Dispatch(Transaction& tx);

// Leases a pending block, or a second live attempt of a leased one, to an open slot.
void GrantLease(Transaction& tx, const OpenSlot& open, Job& job, Pass& pass, Block block);

// Limit for one task of a stage: its own, else the larger of 60 s and 20 times the
// learned p99.
absl::Duration TaskTimeout(const State& state, const Job& job, int stage);

}  // namespace mote::coordinator
