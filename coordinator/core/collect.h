// Artifacts that nothing refers to any more, removed once they are old.
//
// Counting users (artifact_use.h) tells when a state of an iteration is superseded, which
// goes at once. It does not know of rows, which tables name, nor of what was put and never
// named. So now and then all that is in use is listed, and what is not, and is older than
// every job that may still come to use it, goes. Jobs that run or may be retried put or
// found again whatever they use since they were submitted; who uploads has some days to submit.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Sends CollectArtifacts when it is time; not in the first minutes of an epoch.
void CollectUnused(Transaction& tx);

}  // namespace mote::coordinator
