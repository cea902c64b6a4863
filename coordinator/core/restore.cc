#include "coordinator/core/restore.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "coordinator/core/artifact_use.h"
#include "coordinator/core/deadline.h"
#include "coordinator/core/event_subject.h"

namespace mote::coordinator {
namespace {

void UseAll(State& state, const StageRestored& event) {
  for (const ArtifactRef& artifact : event.artifacts) Use(state, artifact);
  for (const ArtifactRef& artifact : event.durable_artifacts) Use(state, artifact);
  for (const ArtifactRef& artifact : ArtifactsOf(event.outputs)) Use(state, artifact);
}

absl::Status RestoreLeases(State& state, const PassProgressRestored& event, Pass& pass) {
  for (const LeasedBlock& leased : event.leased) {
    MOTE_RETURN_IF_ERROR(pass.blocks.RestoreLeased(leased));
    if (leased.held) pass.held[leased.block.begin()];  // its runs follow
    for (const Attempt& attempt : leased.attempts) {
      state.cluster.AddLease(TokenOf(event.job, event.pass, leased.block, attempt), attempt.worker, attempt.slot);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Restore(State& state, const StateRestored& event) {
  if (state.epoch.value != 0 || !state.jobs.empty()) {
    return absl::FailedPreconditionError("a snapshot stands behind other events");
  }
  state.epoch = event.epoch;
  state.next_job = event.next_job;
  state.next_pass = event.next_pass;
  state.tenant_device_time = event.tenant_device_time;
  state.retryable.assign(event.retryable.begin(), event.retryable.end());
  return absl::OkStatus();
}

absl::Status Restore(State& state, const DropsRestored& event) {
  state.drops.insert(state.drops.end(), event.drops.begin(), event.drops.end());
  return absl::OkStatus();
}

absl::Status Restore(State& state, const JobRestored& event) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.submitted.job));
  if (IsTerminal(event.state)) EraseActive(state, *job);
  job->state = event.state;
  job->start = event.start;
  job->end = event.end;
  if (IsTerminal(event.state)) state.ended.insert({job->end, job->id});
  job->failure = event.failure;
  job->absent_count = event.absent_count;
  job->share = event.share;
  job->retries = event.retries;
  job->used_before_retry = event.used_before_retry;
  RestoreDeadline(state, *job, event.deadline);
  return absl::OkStatus();
}

absl::Status Restore(State& state, const AbsentRestored& event) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  job->absent.insert(job->absent.end(), event.tasks.begin(), event.tasks.end());
  return absl::OkStatus();
}

absl::Status Restore(State& state, const StageRestored& event) {
  MOTE_ASSIGN_OR_RETURN(StageRun * stage, StageOf(state, event.job, event.stage));
  StageRun& run = *stage;
  run.state = event.state;
  run.memo = event.memo;
  run.step = event.step;
  run.outputs = event.outputs;
  run.numeric_class = event.numeric_class;
  run.site_classes = event.site_classes;
  run.progress = event.progress;
  run.tasks_to_come = event.tasks_to_come;
  run.before_step = event.before_step;
  run.artifacts = event.artifacts;
  run.durable_artifacts = event.durable_artifacts;
  run.last_checkpoint = event.last_checkpoint;
  run.start = event.start;
  run.end = event.end;
  run.cost = event.cost;
  run.kernel_duration = event.kernel_duration;
  run.tasks_total = event.tasks_total;
  run.tasks_committed = event.tasks_committed;
  run.passes_total = event.passes_total;
  run.passes_complete = event.passes_complete;
  run.absent_count = event.absent_count;
  run.reused_from = event.reused_from;
  run.computed = event.computed;
  run.calibration = event.calibration;
  run.probes = event.probes;
  if (run.computed) state.reuse.Put(*run.computed, {event.job, event.stage});
  UseAll(state, event);
  return absl::OkStatus();
}

absl::Status Restore(State& state, const PassRestored& event) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  Pass pass(event.planned.pass, event.stage, event.planned.spec, event.is_volatile, SharedCount(state.partial_bytes));
  MOTE_RETURN_IF_ERROR(pass.blocks.RestoreFrontier(event.frontier));
  pass.next_attempt = event.next_attempt;
  pass.cost = event.cost;
  pass.absent_count = event.absent_count;
  pass.finishes = event.finishes;
  pass.finished_by = event.finished_by;
  pass.result = event.result;
  pass.keeps_nodes = event.keeps_nodes;
  pass.generation = event.generation;
  pass.planned = event.planned_time;
  if (event.folds) {
    pass.folds = event.folds;
    Pass* folded = state.FindPass(event.job, event.folds->pass);
    if (folded == nullptr) return absl::FailedPreconditionError("snapshot of a fold task of an unknown pass");
    folded->folding[event.folds->block.begin()] = {event.planned.pass, event.folds->block};
  }
  if (event.result && event.result->root.artifact) Use(state, *event.result->root.artifact);
  UseInputs(state, pass);
  job->passes.emplace(event.planned.pass, std::move(pass));
  UpdateRunnable(state, *job, /*is_restored=*/true);
  return absl::OkStatus();
}

absl::Status Restore(State& state, const PassProgressRestored& event, BlobSink& blobs) {
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, event.job, event.pass));
  for (const ReturnedBlock& returned : event.returned) MOTE_RETURN_IF_ERROR(pass->blocks.RestoreReturned(returned));
  MOTE_RETURN_IF_ERROR(RestoreLeases(state, event, *pass));
  for (const Node& node : event.nodes) {
    if (node.in_store()) Use(state, *node.artifact);
    MOTE_RETURN_IF_ERROR(pass->broken);
    MOTE_RETURN_IF_ERROR(pass->fold.Insert(node, *pass->reducer, blobs));
  }
  pass->held_absent.insert(pass->held_absent.end(), event.held_absent.begin(), event.held_absent.end());
  pass->finished_nodes.insert(pass->finished_nodes.end(), event.finished_nodes.begin(), event.finished_nodes.end());
  pass->absent.insert(event.absent.begin(), event.absent.end());
  pass->faults.insert(event.faults.begin(), event.faults.end());
  UpdateRunnable(state, *state.FindJob(event.job), /*is_restored=*/true);
  return absl::OkStatus();
}

absl::Status Restore(State& state, const HeldRestored& event) {
  const BlockHeld& run = event.run;
  Pass* pass = state.FindPass(run.token.job, run.token.pass);
  if (pass == nullptr || !pass->blocks.leases().contains(run.token.block.begin())) {
    return absl::FailedPreconditionError(absl::StrCat("snapshot of unknown held block of pass ", run.token.pass.value));
  }
  pass->held[run.token.block.begin()].Add(run.worker, run.nodes, run.cost, run.slot_time);
  return absl::OkStatus();
}

absl::Status Restore(State& state, const StoryRestored& event) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  job->story.Restore(event.attempts, event.failed);
  return absl::OkStatus();
}

absl::Status Restore(State& state, const KeptRestored& event) {
  MOTE_ASSIGN_OR_RETURN(StageRun * stage, StageOf(state, event.job, event.stage));
  StageRun& run = *stage;
  std::vector<Node>& nodes = run.kept[event.computed];
  for (const Node& node : event.nodes) {
    if (node.partial) run.kept_bytes += static_cast<int64_t>(node.partial->size());
    nodes.push_back(node);
  }
  return absl::OkStatus();
}

}  // namespace mote::coordinator
