#include "coordinator/core/earlier_run.h"

#include <cstddef>
#include <string>

namespace mote::coordinator {
namespace {

bool IsSameJob(const Job& a, const Job& b) {
  return a.admitted.spec.name == b.admitted.spec.name && a.admitted.spec.tenant == b.admitted.spec.tenant;
}

const StageRun* CompleteRun(const Job& job, const StageSpec& like) {
  for (size_t i = 0; i < job.stages.size(); ++i) {
    const StageSpec& spec = job.admitted.stages[i].spec;
    if (spec.name != like.name) continue;
    const StageRun& run = job.stages[i];
    const bool serves = spec.operation == like.operation && run.state == StageState::kComplete &&
                        run.tasks_committed > 0 && !run.reused_from;
    return serves ? &run : nullptr;
  }
  return nullptr;
}

}  // namespace

const StageRun* EarlierRun(const State& state, const Job& job, int stage) {
  const StageSpec& like = job.admitted.stages[static_cast<size_t>(stage)].spec;
  int left = kEarlierJobsMax;
  for (auto it = state.jobs.rbegin(); it != state.jobs.rend() && left > 0; ++it, --left) {
    const Job& other = *it->second;
    if (&other == &job || !IsSameJob(other, job)) continue;
    if (const StageRun* const run = CompleteRun(other, like)) return run;
  }
  return nullptr;
}

}  // namespace mote::coordinator
