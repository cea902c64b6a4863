#include "coordinator/core/apply.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "coordinator/core/add_pass.h"
#include "coordinator/core/apart.h"
#include "coordinator/core/apply_block.h"
#include "coordinator/core/apply_fold.h"
#include "coordinator/core/artifact_use.h"
#include "coordinator/core/deadline.h"
#include "coordinator/core/drop_work.h"
#include "coordinator/core/event_subject.h"
#include "coordinator/core/forget_job.h"
#include "coordinator/core/lose_nodes.h"
#include "coordinator/core/restore.h"
#include "coordinator/core/reuse.h"
#include "coordinator/core/running_step.h"
#include "coordinator/core/second_chance.h"

namespace mote::coordinator {
namespace {

// Times of an older epoch say nothing on this one's clock: the wall clock from which it
// started may have been stepped by hours.
absl::Status On(State& state, const EpochStarted& event, BlobSink&) {
  state.epoch = event.epoch;
  for (auto& [id, job] : state.jobs) {
    for (auto& [pass_id, pass] : job->passes) {
      pass.blocks.EndWaits();
      for (auto& [block, faults] : pass.faults) faults.avoid_until = absl::InfinitePast();
    }
    for (StageRun& stage : job->stages) stage.last_checkpoint = absl::InfinitePast();
  }
  return absl::OkStatus();
}

absl::Status On(State& state, const JobSubmitted& event, BlobSink&) {
  absl::StatusOr<AdmittedJob> admitted = Admit(event.spec, *state.planners, state.bundles);
  if (!admitted.ok()) return admitted.status();
  auto job = std::make_unique<Job>();
  job->id = event.job;
  job->admitted = *std::move(admitted);
  job->request_id = event.request_id;
  job->principal = event.principal;
  job->submitted = event.time;
  job->stages.resize(job->admitted.stages.size());
  if (!event.request_id.empty()) state.request_ids[event.request_id] = event.job;
  state.next_job = std::max(state.next_job, event.job.value + 1);
  AddActive(state, *job);
  SetDeadline(state, *job, event.time);
  for (const ArtifactRef& artifact : ArtifactsOf(job->admitted.spec)) Use(state, artifact);
  state.jobs[event.job] = std::move(job);
  return absl::OkStatus();
}

// Live, a running step that is journalled after the fact (plan_step.h, Checkpoint)
// goes on as it is; in replay, where it was never planned, it begins.
bool IsRunning(const StageRun& stage, const StepPlanned& event) {
  return !stage.step.empty() &&
         std::equal(stage.step.begin(), stage.step.end(), event.passes.begin(), event.passes.end(),
                    [](PassId running, const PlannedPass& planned) { return running == planned.pass; });
}

// Live they are what the stage has; in replay they make up for the volatile commits
// that no journal holds.
void SetTotals(StageRun& stage, const StageTotals& totals) {
  stage.before_step = totals;
  stage.passes_total = totals.passes;
  stage.passes_complete = totals.passes_complete;
  stage.tasks_total = totals.tasks;
  stage.tasks_committed = totals.tasks_committed;
  stage.cost = totals.cost;
}

// Steps are timed anew after a retry and in a new epoch: what lies between took no step.
void NotePace(const State& state, const Job& job, const StepPlanned& event, StageRun* stage) {
  StepPace& pace = stage->pace;
  if (pace.epoch == state.epoch && pace.retries == job.retries) return;
  pace = {state.epoch, job.retries, event.time, event.before.steps, event.before.tasks_committed};
}

absl::Status BeginStep(State& state, Job& job, StageRun& stage, const StepPlanned& event, BlobSink& blobs) {
  if (stage.state == StageState::kWaiting) stage.start = event.time;
  stage.state = StageState::kRunning;
  stage.memo = event.memo;
  if (!event.progress.empty()) stage.progress = event.progress;
  for (const auto& [id, pass] : job.passes) {
    if (pass.stage == event.stage) ForgetLeases(state, job.id, pass);  // of a stage that goes back
  }
  DropPassesOf(state, job, event.stage, event.time);
  SetTotals(stage, event.before);
  NotePace(state, job, event, &stage);
  stage.tasks_to_come = event.tasks_to_come;
  for (const PlannedPass& planned : event.passes) {
    AddPass(state, job, event.stage, planned, event.is_volatile);
    stage.step.push_back(planned.pass);
    if (job.retries > 0) MOTE_RETURN_IF_ERROR(SeedPass(job, stage, job.passes.at(planned.pass), blobs));
  }
  ReplaceArtifacts(state, stage.artifacts, event.artifacts, event.time);
  return absl::OkStatus();
}

absl::Status On(State& state, const StepPlanned& event, BlobSink& blobs) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  MOTE_ASSIGN_OR_RETURN(StageRun * stage, StageOf(state, event.job, event.stage));
  if (!IsRunning(*stage, event)) {
    if (!event.journalled && stage->step_journalled && !stage->step.empty()) {
      stage->checkpoint = std::make_shared<const StepPlanned>(RunningStep(*job, event.stage));
    }
    MOTE_RETURN_IF_ERROR(BeginStep(state, *job, *stage, event, blobs));
    KeepApart(*stage, event.apart);
  }
  if (event.journalled) stage->checkpoint.reset();
  stage->step_journalled = event.journalled;
  if (event.journalled) {
    ReplaceArtifacts(state, stage->durable_artifacts, event.artifacts, event.time);
    stage->last_checkpoint = event.time;
  }
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status On(State& state, const FinishPlanned& event, BlobSink&) { return ApplyFold(state, event); }
absl::Status On(State& state, const FoldPlanned& event, BlobSink&) { return ApplyFold(state, event); }
absl::Status On(State& state, const SubtreeFolded& event, BlobSink& blobs) { return ApplyFold(state, event, blobs); }
absl::Status On(State& state, const OutputLost& event, BlobSink& blobs) { return ApplyFold(state, event, blobs); }

absl::Status On(State& state, const StageBound& event, BlobSink&) {
  MOTE_ASSIGN_OR_RETURN(StageRun * stage, StageOf(state, event.job, event.stage));
  (event.worker.empty() ? stage->numeric_class : stage->site_classes[event.worker]) = event.numeric_class;
  return absl::OkStatus();
}

absl::Status On(State& state, const StageCalibrated& event, BlobSink&) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  MOTE_ASSIGN_OR_RETURN(StageRun * stage, StageOf(state, event.job, event.stage));
  DropPassesOf(state, *job, event.stage, event.time);
  stage->calibration = event.calibration;
  stage->probes = {stage->tasks_committed, stage->cost.used(), stage->cost.cost.task_ns};
  if (event.calibration.rows > 0) {
    stage->progress = absl::StrCat("tasks: {rows: ", event.calibration.rows, "}, calibrated");
  }
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status On(State& state, const LeaseGranted& event, BlobSink&) { return ApplyBlock(state, event); }
absl::Status On(State& state, const LeaseReissued& event, BlobSink&) { return ApplyBlock(state, event); }
absl::Status On(State& state, const BlockCommitted& event, BlobSink& blobs) { return ApplyBlock(state, event, blobs); }
absl::Status On(State& state, const BlockHeld& event, BlobSink&) { return ApplyBlock(state, event); }
absl::Status On(State& state, const AttemptRevoked& event, BlobSink&) { return ApplyBlock(state, event); }
absl::Status On(State& state, const AttemptFailed& event, BlobSink&) { return ApplyBlock(state, event); }
absl::Status On(State& state, const TaskQuarantined& event, BlobSink& blobs) { return ApplyBlock(state, event, blobs); }

// All that the worker said of blocks that are still open is forgotten, in every job.
absl::Status On(State& state, const WorkerDistrusted& event, BlobSink&) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  state.cluster.Distrust(event.worker, event.reason);
  job->distrusted.push_back({event.worker, event.reason});
  for (auto& [id, other] : state.jobs) {
    for (auto& [pass_id, pass] : other->passes) {
      for (auto& [begin, held] : pass.held) held.Forget(event.worker);
    }
  }
  return absl::OkStatus();
}

absl::Status On(State& state, const PassCompleted& event, BlobSink&) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, event.job, event.pass));
  pass->result = event.result;
  if (event.result.root.artifact) Use(state, *event.result.root.artifact);
  AddApart(job->stages[pass->stage], pass->id, event.result.apart);
  ++job->stages[pass->stage].passes_complete;
  return absl::OkStatus();
}

absl::Status On(State& state, const StageCompleted& event, BlobSink&) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  MOTE_ASSIGN_OR_RETURN(StageRun * stage, StageOf(state, event.job, event.stage));
  if (stage->state == StageState::kWaiting) stage->start = event.time;
  stage->state = StageState::kComplete;
  stage->end = event.time;
  stage->outputs = event.outputs;
  stage->reused_from = event.reused_from;
  stage->memo.clear();
  stage->checkpoint.reset();
  KeepApart(*stage, {});
  stage->tasks_to_come = 0;
  DropPassesOf(state, *job, event.stage, event.time);
  // The outputs stay in use; what only the iteration needed goes.
  for (const ArtifactRef& artifact : ArtifactsOf(event.outputs)) Use(state, artifact);
  ReplaceArtifacts(state, stage->artifacts, {}, event.time);
  ReplaceArtifacts(state, stage->durable_artifacts, {}, event.time);
  if (stage->absent_count == 0) ForgetKept(*stage);
  IndexStage(state, *job, event.stage);
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status On(State& state, const BundlePublished& event, BlobSink&) { return Publish(state, event); }

absl::Status On(State& state, const JobEnded& event, BlobSink& blobs) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  EraseActive(state, *job);
  ForgetDeadline(state, *job);
  job->state = event.state;
  job->end = event.time;
  state.ended.insert({job->end, job->id});
  job->failure = event.failure;
  StopWork(state, *job);
  for (StageRun& stage : job->stages) {
    if (stage.state != StageState::kRunning && stage.state != StageState::kWaiting) continue;
    stage.state = event.state == JobState::kFailed && stage.state == StageState::kRunning ? StageState::kFailed
                                                                                          : StageState::kCancelled;
    stage.end = event.time;
  }
  if (event.state == JobState::kFailed || event.state == JobState::kPartlyQuarantined) {
    MOTE_RETURN_IF_ERROR(LoseKept(state, *job, event.time, blobs));
    KeepForRetry(state, *job, event.time);
  } else {
    DropWork(state, *job, event.time);
  }
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status On(State& state, const JobRetried& event, BlobSink&) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  AddActive(state, *job);
  state.ended.erase({job->end, job->id});
  GoOn(state, *job, event.time);
  SetDeadline(state, *job, event.time);
  job->used_before_retry = event.used;
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status On(State& state, const JobForgotten& event, BlobSink&) { return ForgetJob(state, event); }

absl::Status On(State& state, const StateRestored& event, BlobSink&) { return Restore(state, event); }
absl::Status On(State& state, const DropsRestored& event, BlobSink&) { return Restore(state, event); }
absl::Status On(State& state, const JobRestored& event, BlobSink& blobs) {
  MOTE_RETURN_IF_ERROR(On(state, event.submitted, blobs));
  return Restore(state, event);
}
absl::Status On(State& state, const AbsentRestored& event, BlobSink&) { return Restore(state, event); }
absl::Status On(State& state, const StageRestored& event, BlobSink&) { return Restore(state, event); }
absl::Status On(State& state, const HeldRestored& event, BlobSink&) { return Restore(state, event); }
absl::Status On(State& state, const StoryRestored& event, BlobSink&) { return Restore(state, event); }
absl::Status On(State& state, const KeptRestored& event, BlobSink&) { return Restore(state, event); }
absl::Status On(State& state, const PassRestored& event, BlobSink&) { return Restore(state, event); }
absl::Status On(State& state, const PassProgressRestored& event, BlobSink& blobs) {
  return Restore(state, event, blobs);
}

}  // namespace

absl::Status Apply(State& state, const Event& event, BlobSink& blobs) {
  return std::visit([&](const auto& e) { return On(state, e, blobs); }, event);
}

}  // namespace mote::coordinator
