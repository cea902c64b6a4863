#include "coordinator/core/drop_work.h"

#include "coordinator/core/apart.h"
#include "coordinator/core/artifact_use.h"
#include "coordinator/core/second_chance.h"

namespace mote::coordinator {
namespace {

// What folding left in the store is of no use once the pass is over, unless a step
// refers to it.
void DropPartials(State& state, const Pass& pass, absl::Time now) {
  for (const Node& node : pass.fold.nodes()) {
    if (node.in_store()) Release(state, *node.artifact, now);
  }
  if (pass.result && pass.result->root.artifact) Release(state, *pass.result->root.artifact, now);
}

}  // namespace

void ForgetLeases(State& state, JobId job, const Pass& pass) {
  for (const auto& [begin, leased] : pass.blocks.leases()) {
    for (const Attempt& attempt : leased.attempts) {
      state.cluster.RemoveLease(TokenOf(job, pass.id, leased.block, attempt), attempt.worker);
    }
  }
}

void DropPassesOf(State& state, Job& job, int stage, absl::Time now) {
  for (const auto& [id, pass] : job.passes) {
    if (pass.stage != stage) continue;
    KeepNodes(job, pass, job.stages[stage]);
    DropPartials(state, pass, now);
    ReleaseInputs(state, pass, now);
  }
  std::erase_if(job.passes, [stage](const auto& entry) { return entry.second.stage == stage; });
  job.stages[stage].step.clear();
}

void ForgetKept(StageRun& stage) {
  stage.kept.clear();
  stage.kept_bytes = 0;
}

void DropWork(State& state, Job& job, absl::Time now) {
  for (int i = 0; i < static_cast<int>(job.stages.size()); ++i) {
    StageRun& stage = job.stages[i];
    DropPassesOf(state, job, i, now);
    KeepApart(stage, {});
    stage.checkpoint.reset();
    ReplaceArtifacts(state, stage.artifacts, {}, now);
    ReplaceArtifacts(state, stage.durable_artifacts, {}, now);
    ForgetKept(stage);
  }
}

void StopWork(State& state, Job& job) {
  for (auto& [id, pass] : job.passes) {
    ForgetLeases(state, job.id, pass);
    pass.blocks.ReturnAll();
    pass.held.clear();
    pass.faults.clear();
  }
}

}  // namespace mote::coordinator
