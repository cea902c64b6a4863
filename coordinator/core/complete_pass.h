// From a finished fold to a pass's result.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Completes a pass whose tasks are all settled: runs Finish here, or plans the
// one-task pass that runs it in an engine. Does nothing for other passes.
//
// Errors fail the job: the partials do not fold, or Finish refuses the root.
absl::Status CompletePass(Transaction& tx, JobId job, PassId pass);

}  // namespace mote::coordinator
