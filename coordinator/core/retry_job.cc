#include "coordinator/core/retry_job.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/core/budget.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/queries.h"
#include "coordinator/core/view_of.h"

namespace mote::coordinator {
namespace {

absl::Status MayRetry(const Job& job) {
  const std::string id = absl::StrCat("job ", job.id.value);
  switch (job.state) {
    case JobState::kFailed:
    case JobState::kPartlyQuarantined:
      return absl::OkStatus();
    case JobState::kPending:
    case JobState::kRunning:
      return absl::FailedPreconditionError(
          absl::StrCat(id, " has not ended; `mote watch ", job.id.value, "` shows it"));
    case JobState::kSucceeded:
      return absl::FailedPreconditionError(absl::StrCat(id, " has succeeded; nothing of it failed"));
    case JobState::kCancelled:
      break;
  }
  return absl::FailedPreconditionError(
      absl::StrCat(id, " was cancelled; submit it again, and its complete stages are reused"));
}

}  // namespace

std::vector<bool> StagesToBeginAgain(const Job& job) {
  const size_t count = job.stages.size();
  std::vector<bool> again(count);
  for (size_t i = 0; i < count; ++i) again[i] = job.stages[i].absent_count > 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < count; ++i) {
      const std::vector<int>& after = job.admitted.stages[i].after;
      if (again[i] || std::none_of(after.begin(), after.end(), [&](int other) { return again[other]; })) continue;
      again[i] = changed = true;
    }
  }
  return again;
}

void Decide(Transaction& tx, const RetryJob& command) {
  const Job* job = tx.state.FindJob(command.job);
  if (job == nullptr) return tx.Send(Reply{command.call, NoSuchJob(command.job), {}});
  if (absl::Status may = MayRetry(*job); !may.ok()) return tx.Send(Reply{command.call, std::move(may), {}});
  tx.Emit(JobRetried{command.job, tx.now, UsageOf(*job)});
  tx.Send(JobChanged{command.job});
  AdvanceJob(tx, command.job);
  tx.Send(Reply{command.call, absl::OkStatus(), ViewOf(tx.state, *job, tx.now)});
}

}  // namespace mote::coordinator
