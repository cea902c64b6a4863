#include "coordinator/core/checkpoint.h"

#include <utility>

#include "common/check.h"
#include "coordinator/core/pass_ids.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/running_step.h"

namespace mote::coordinator {

void Checkpoint(Transaction& tx, const Job& job, int stage) {
  const StageRun& run = job.stages[stage];
  if (run.step_journalled) return;
  MOTE_CHECK(run.apart.empty(), "a journalled step does not count on what workers alone have");
  StepPlanned event = RunningStep(job, stage);
  event.time = tx.now;
  for (const ArtifactRef& artifact : event.artifacts) tx.Sync(artifact);
  tx.Emit(std::move(event));
}

void GoBack(Transaction& tx, JobId id, int stage) {
  const Job& job = *tx.state.FindJob(id);
  const StageRun& run = job.stages[stage];
  StepPlanned event = run.checkpoint ? *run.checkpoint : RunningStep(job, stage);
  for (const auto& [pass_id, pass] : job.passes) {
    if (pass.stage == stage) tx.RevokeAll(id, pass);
  }
  DropStepFromSessions(tx, job, stage);
  const int64_t lost = run.tasks_committed - event.before.tasks_committed;
  event.before.cost = run.cost;
  event.before.cost.tasks_lost += lost;
  for (size_t i = 0; i < event.passes.size(); ++i) event.passes[i].pass = NextPassId(tx.state, i);
  event.time = tx.now;
  tx.Emit(std::move(event));
  tx.Send(JobChanged{id});
}

}  // namespace mote::coordinator
