// Deadlines, judged after the mailbox was drained.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

void Decide(Transaction& tx, const Tick& tick);

}  // namespace mote::coordinator
