// What a job may cost (JobSpec::budget).
//
// Judged whenever device time was added to the job: after a report, and after leases that
// were lost. What that report completed counts first, so a job either ends with its results
// or has used its budget. What other slots are doing then is revoked and not billed.
//
// Money decides by BillOf (common/price.h) over sums that the journal rebuilds, apart from
// those of an iteration's steps since its checkpoint: a crash forgets their cost as it
// does their work.
#pragma once

#include <optional>

#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// By all stages of the job, those of earlier tries too. Stages whose outputs were taken
// from another job add nothing.
Usage UsageOf(const Job& job);

// The bill of the job since its submission, or since its last retry, has reached its budget.
bool BudgetIsUsed(const Job& job);

// Ends the job as failed if it has used its budget; says how far it was. Nothing happens
// if it has ended. Costs a sum over the job's stages.
void EndIfBudgetIsUsed(Transaction& tx, JobId id);

// nullopt: the job has no price.
std::optional<BillView> BillViewOf(const Job& job);

}  // namespace mote::coordinator
