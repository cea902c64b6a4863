// How long a worker may hold a lease without a word about it.
//
// A task's own timeout is kept by its worker. This limit is for the worker itself: one
// that sends heartbeats and never reports, or whose engine never gets ready again.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Generous, so that nobody healthy is ever disturbed: one task's timeout, twenty times
// what the block should take, and a grace for starts and transfers.
absl::Duration LeaseLimit(const State& state, const Job& job, const Pass& pass, Block block);

// Revokes what slots hold that have neither begun nor reported anything for too long,
// and lets others run it. Called after the mailbox was drained.
void ExpireLeases(Transaction& tx);

}  // namespace mote::coordinator
