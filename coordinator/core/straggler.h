// Stragglers: what slots that have nothing to do can take off those that are late.
//
// In this order, each only where a slot is idle and nothing is pending for it:
//   1. leases that wait behind another one in their slot are taken back;
//   2. the worker of a block that will take long is asked to give back what it has
//      not begun (in effect when it answers: the lease is whole until then);
//   3. a block that cannot be split, or whose worker does not answer, gets a second
//      live attempt on another worker; the first commit wins.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Costs nothing unless slots are idle; looks at a bounded number of leases then, and
// goes on where it stopped the next time. The caller dispatches afterwards.
void RelieveStragglers(Transaction& tx);

// The block of `token` is about to commit: stops its other live attempt. Returns what
// that one had spent.
absl::Duration RevokeRivals(Transaction& tx, const LeaseToken& token);

}  // namespace mote::coordinator
