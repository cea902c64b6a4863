// `mote retry`: an ended job goes on where it failed.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// FailedPrecondition: the job has not failed and lost no tasks; says what to do.
void Decide(Transaction& tx, const RetryJob& command);

// Which stages have to begin again: those with absent tasks, and those that read what
// comes of them. The others go on, or are complete.
std::vector<bool> StagesToBeginAgain(const Job& job);

}  // namespace mote::coordinator
