#include "coordinator/core/estimate.h"

#include <algorithm>

namespace mote::coordinator {
absl::Duration TaskDuration(const StageRun& stage, const Pass& pass) {
  if (pass.cost.tasks > 0) return absl::Nanoseconds(pass.cost.mean_task_ns());
  const auto known = stage.kernel_duration.find(pass.spec->kernel);
  return known == stage.kernel_duration.end() ? absl::ZeroDuration() : known->second;
}

absl::Time HeldSince(const Worker& worker, const Attempt& attempt) {
  if (attempt.slot < 0 || attempt.slot >= static_cast<int>(worker.slots.size())) return attempt.granted;
  return std::max(attempt.granted, worker.slots[attempt.slot].last_report);
}

absl::Duration SpentBy(const State& state, const Attempt& attempt, absl::Time now) {
  const Worker* worker = state.cluster.Find(attempt.worker);
  const absl::Time since = worker == nullptr ? attempt.granted : HeldSince(*worker, attempt);
  return std::max(absl::ZeroDuration(), now - since);
}

}  // namespace mote::coordinator
