#include "coordinator/core/add_pass.h"

#include <algorithm>

namespace mote::coordinator {

void AddPass(State& state, Job& job, int stage, const PlannedPass& planned, bool is_volatile) {
  StageRun& run = job.stages[stage];
  ++run.passes_total;
  run.tasks_total += planned.spec.task_count;
  job.passes.emplace(planned.pass,
                     Pass(planned.pass, stage, planned.spec, is_volatile, SharedCount(state.partial_bytes)));
  constexpr uint64_t kCounterMask = (uint64_t{1} << 40) - 1;
  state.next_pass = std::max(state.next_pass, (planned.pass.value & kCounterMask) + 1);
}

}  // namespace mote::coordinator
