// What clients ask: submit, validate, look, cancel.
#pragma once

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// NotFound, with what to do.
absl::Status NoSuchJob(JobId id);

void Decide(Transaction& tx, const SubmitJob& command);
void Decide(Transaction& tx, const ValidateJob& command);
void Decide(Transaction& tx, const GetJob& command);
void Decide(Transaction& tx, const ListJobs& command);
void Decide(Transaction& tx, const CancelJob& command);
void Decide(Transaction& tx, const ListWorkers& command);
void Decide(Transaction& tx, const ListBundles& command);
void Decide(Transaction& tx, const DrainWorker& command);

}  // namespace mote::coordinator
