// What went wrong in a job, and where a task stands: for `mote explain`.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Answers with a JobStoryView. NotFound: no such job, or no stage of that name in it.
void Decide(Transaction& tx, const ExplainJob& command);

}  // namespace mote::coordinator
