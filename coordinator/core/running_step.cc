#include "coordinator/core/running_step.h"

namespace mote::coordinator {

StepPlanned RunningStep(const Job& job, int stage) {
  const StageRun& run = job.stages[stage];
  StepPlanned step;
  step.job = job.id;
  step.stage = stage;
  step.memo = run.memo;
  step.is_volatile = true;
  step.artifacts = run.artifacts;
  step.progress = run.progress;
  step.tasks_to_come = run.tasks_to_come;
  step.before = run.before_step;
  for (const PassId id : run.step) step.passes.push_back({id, *job.passes.at(id).spec});
  return step;
}

}  // namespace mote::coordinator
