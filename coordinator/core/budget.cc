#include "coordinator/core/budget.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/unfinished.h"

namespace mote::coordinator {
namespace {

JobFailure Exhausted(const Job& job) {
  const BillView bill = *BillViewOf(job);
  JobFailure failure;
  failure.stage = job.stage_name(UnfinishedStage(job));
  failure.failure.kind = FaultKind::kBudget;
  failure.failure.message = absl::StrCat("the bill of ", MoneyText(bill.since_retry));
  if (job.retries > 0) {
    absl::StrAppend(&failure.failure.message, " since the last retry (", MoneyText(bill.total), " in all)");
  }
  absl::StrAppend(&failure.failure.message, " has reached the budget of ", MoneyText(*bill.budget), ": ", HowFar(job),
                  "; `mote retry ", job.id.value, "` goes on from here with the whole budget again, or raise `budget` ",
                  "and submit the job again: it takes the outputs of the stages that are complete");
  return failure;
}

}  // namespace

Usage UsageOf(const Job& job) {
  Usage used;
  for (const StageRun& run : job.stages) used = used + run.cost.used();
  return used;
}

bool BudgetIsUsed(const Job& job) {
  if (!job.admitted.spec.budget) return false;
  const std::optional<BillView> bill = BillViewOf(job);
  return bill && bill->since_retry >= *bill->budget;
}

void EndIfBudgetIsUsed(Transaction& tx, JobId id) {
  const Job& job = *tx.state.FindJob(id);
  if (!IsTerminal(job.state) && BudgetIsUsed(job)) EndJob(tx, id, JobState::kFailed, Exhausted(job));
}

std::optional<BillView> BillViewOf(const Job& job) {
  const JobSpec& spec = job.admitted.spec;
  if (!spec.price) return std::nullopt;
  const Usage used = UsageOf(job);
  // After a crash in an iteration it may have used less than a retry had seen.
  const double since_retry = std::max(0.0, BillOf(*spec.price, used - job.used_before_retry));
  return BillView{*spec.price, BillOf(*spec.price, used), since_retry, spec.budget};
}

}  // namespace mote::coordinator
