// What clients ask to see: jobs, workers, bundles.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// NotFound, with what to do.
absl::Status NoSuchJob(JobId id);

void Decide(Transaction& tx, const GetJob& command);
void Decide(Transaction& tx, const ListJobs& command);
void Decide(Transaction& tx, const ListWorkers& command);
void Decide(Transaction& tx, const ListBundles& command);

}  // namespace mote::coordinator
