#include "coordinator/core/unfinished.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace mote::coordinator {

int UnfinishedStage(const Job& job) {
  const auto in = [&](StageState state) {
    return std::find_if(job.stages.begin(), job.stages.end(), [&](const StageRun& run) { return run.state == state; });
  };
  auto stage = in(StageState::kRunning);
  if (stage == job.stages.end()) stage = in(StageState::kWaiting);
  return static_cast<int>(stage - job.stages.begin());
}

std::string HowFar(const Job& job) {
  const auto complete = std::count_if(job.stages.begin(), job.stages.end(),
                                      [](const StageRun& run) { return run.state == StageState::kComplete; });
  const int stage = UnfinishedStage(job);
  const StageRun& run = job.stages[stage];
  return absl::StrCat(complete, " of ", job.stages.size(), " stages are complete, and ", job.stage_name(stage),
                      " has done ", run.tasks_committed, " of ", run.tasks_total + run.tasks_to_come, " tasks");
}

}  // namespace mote::coordinator
