// What a draining worker alone has goes to other workers before it leaves.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Plans fold tasks over the partials that draining workers keep, and which run
// elsewhere: also of one partial, whose value then lies where the task ran. A worker
// of whose partials nothing is needed any more, or which is the last one, hears that it
// may leave. Called once per tick; does nothing while no worker drains.
void HandOver(Transaction& tx);

}  // namespace mote::coordinator
