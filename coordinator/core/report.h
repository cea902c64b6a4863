// What a worker reports: the end of an attempt.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// A report with a current token commits its range; any other is acknowledged and
// otherwise ignored: the worker must stop resending it. A report that contradicts
// its lease ends the session with INVALID_ARGUMENT.
void Decide(Transaction& tx, const WorkerReport& report);

}  // namespace mote::coordinator
