// An iteration's journalled steps: making one of the step that runs, and going back to the
// newest.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Journals the stage's running step if it is not journalled yet: what is emitted
// next may name its passes, also in replay. Costs one commit, no work. Checked: nothing
// that the step refers to is apart (apart.h).
void Checkpoint(Transaction& tx, const Job& job, int stage);

// What the stage's running step refers to is lost: it begins its newest journalled step
// again, with passes of their own, and what it has done since counts as lost.
void GoBack(Transaction& tx, JobId job, int stage);

}  // namespace mote::coordinator
