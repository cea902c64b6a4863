// A worker is asked to take no more work and to leave.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

void Decide(Transaction& tx, const DrainWorker& command);

}  // namespace mote::coordinator
