#include "coordinator/core/plan_step.h"

#include <algorithm>
#include <exception>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "coordinator/core/apart.h"
#include "coordinator/core/artifact_use.h"
#include "coordinator/core/calibrate.h"
#include "coordinator/core/checkpoint.h"
#include "coordinator/core/complete_pass.h"
#include "coordinator/core/fold_tasks.h"
#include "coordinator/core/pass_ids.h"
#include "coordinator/core/reuse.h"

namespace mote::coordinator {
namespace {

// A memo is journalled with its step; the longest are histories of 1000 epochs.
constexpr int64_t kMemoBytesMax = 256 << 10;

// What is too large to travel or to be journalled inline goes into blobs.
void MoveIntoBlobs(Value& value, BlobSink& blobs) {
  if (!value.artifact) value = StoreBytes(std::move(value.bytes), blobs);
}

bool IsReady(const Job& job, int index) {
  const std::vector<int>& after = job.admitted.stages[index].after;
  return std::all_of(after.begin(), after.end(),
                     [&](int other) { return job.stages[other].state == StageState::kComplete; });
}

bool StepIsComplete(const Job& job, const StageRun& stage) {
  return std::all_of(stage.step.begin(), stage.step.end(),
                     [&](PassId id) { return job.passes.at(id).result.has_value(); });
}

// What a planner reads was written by engines: a document without a field, or a number that
// is none, ends its stage, not the coordinator.
absl::StatusOr<PlanStep> GuardedNext(const Planner& planner, const PlanContext& context) {
  try {
    return planner.Next(context);
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(
        "stage ", std::string(context.stage_name), ": what its engines answered cannot be read: ", error.what(),
        "; run the same version of mote everywhere, and look for numbers that are not finite"));
  }
}

absl::StatusOr<PlanStep> AskPlanner(const Job& job, int index) {
  const AdmittedStage& stage = job.admitted.stages[index];
  const StageRun& run = job.stages[index];
  std::vector<CompletedPass> completed;
  for (const PassId id : run.step) completed.push_back(*job.passes.at(id).result);
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(stage.spec.parameters));
  const std::map<std::string, Output> inputs = InputsOf(job, index);
  return GuardedNext(*stage.planner, {stage.spec.name, parameters, ShapeOf(job, index), stage.spec.reduce, inputs,
                                      run.memo, completed});
}

// `publish_as` as PlanStep has it.
void CompleteStage(Transaction& tx, const Job& job, int index, std::map<std::string, Output> outputs,
                   const std::string& publish_as) {
  for (auto& [name, output] : outputs) {
    MoveIntoBlobs(output.content, tx.blobs());
    // A record of the journal holds those of all workers.
    for (SiteRows& site : output.sites) {
      if (!site.content.artifact) site.content = StoreForMemo(std::move(site.content.bytes), tx.blobs());
    }
  }
  for (const ArtifactRef& artifact : ArtifactsOf(outputs)) tx.Sync(artifact);
  const JobId id = job.id;
  const std::string& tenant = job.admitted.spec.tenant;
  tx.Emit(StageCompleted{id, index, outputs, tx.now});
  if (!publish_as.empty()) {
    const int64_t version = tx.state.bundles.VersionFor(tenant, publish_as, outputs);
    tx.Emit(BundlePublished{{tenant, publish_as, version, id, tx.now, std::move(outputs)}, index});
  }
  tx.Send(JobChanged{id});
}

// Roots of the last step that the new one reads: needed as long as the step is.
void KeepRoots(const Job& job, const StageRun& run, StepPlanned& event) {
  for (const PassId id : run.step) {
    const std::optional<ArtifactRef>& root = job.passes.at(id).result->root.artifact;
    if (!root) continue;
    const bool read = std::any_of(event.passes.begin(), event.passes.end(), [&](const PlannedPass& pass) {
      return std::any_of(pass.spec.inputs.begin(), pass.spec.inputs.end(),
                         [&](const auto& input) { return input.second.artifact == root; });
    });
    if (read) event.artifacts.push_back(*root);
  }
}

StageTotals TotalsOf(const StageRun& run) {
  return {run.before_step.steps + (run.step.empty() ? 0 : 1),
          run.passes_total,
          run.passes_complete,
          run.tasks_total,
          run.tasks_committed,
          run.cost};
}

absl::Status CheckMemo(const AdmittedStage& stage, const PlanStep& step) {
  if (static_cast<int64_t>(step.memo.size()) <= kMemoBytesMax) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("operation ", stage.spec.operation, " has to remember ",
                                                   step.memo.size(), " bytes between its steps; at most ",
                                                   kMemoBytesMax, " are allowed: give it fewer columns or epochs"));
}

// Why outputs that later stages and the job count on are missing; OK when none is.
absl::Status CheckOutputs(const AdmittedStage& stage, const std::map<std::string, Output>& outputs) {
  for (const std::string& name : stage.outputs) {
    if (!outputs.contains(name)) {
      return absl::InternalError(absl::StrCat("operation ", stage.spec.operation, " did not yield its output \"", name,
                                              "\"; this is a mistake in its planner"));
    }
  }
  return absl::OkStatus();
}

// What the job is to hand out must be there to be had.
absl::Status CheckHandedOut(const AdmittedJob& job, int index, const std::map<std::string, Output>& outputs) {
  for (size_t i = 0; i < job.outputs.size(); ++i) {
    const OutputRef& wanted = job.outputs[i];
    if (wanted.stage != index || !outputs.at(wanted.output).is_pinned()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("output ", job.spec.outputs[i].name, " is the table ", job.spec.outputs[i].from,
                     ", whose rows stay at their workers (placement: pinned); ask for what is computed of them"));
  }
  return absl::OkStatus();
}

void TakeBundle(Transaction& tx, const Job& job, int index, const BundleReference& reference) {
  const Bundle* const bundle = tx.state.bundles.Find(job.admitted.spec.tenant, reference.name, reference.version);
  MOTE_CHECK(bundle != nullptr, "a job is admitted with bundles that are there, and these stay");
  tx.Emit(StageCompleted{job.id, index, bundle->outputs, tx.now, bundle->job});
  tx.Send(JobChanged{job.id});
}

// Completes a stage with the outputs of a bundle or of an equal stage; false: it has to run.
bool TakeStored(Transaction& tx, const Job& job, int index) {
  if (job.stages[index].state != StageState::kWaiting) return false;
  if (const std::optional<BundleReference>& bundle = job.admitted.stages[index].bundle) {
    TakeBundle(tx, job, index, *bundle);
    return true;
  }
  const std::optional<StageRef> found = FindReusable(tx.state, job, index);
  if (!found) return false;
  const StageRun& source = tx.state.FindJob(found->job)->stages[found->stage];
  tx.Emit(StageCompleted{job.id, index, source.outputs, tx.now, source.reused_from.value_or(found->job)});
  tx.Send(JobChanged{job.id});
  return true;
}

absl::Status AdvanceStage(Transaction& tx, Job& job, int index) {
  if (TakeStored(tx, job, index)) return CheckHandedOut(job.admitted, index, job.stages[index].outputs);
  if (IsCalibrating(job, index)) {
    MOTE_ASSIGN_OR_RETURN(const bool goes_on, Calibrate(tx, job, index));
    if (goes_on) return absl::OkStatus();
  }
  MOTE_ASSIGN_OR_RETURN(PlanStep step, AskPlanner(job, index));
  MOTE_RETURN_IF_ERROR(CheckMemo(job.admitted.stages[index], step));
  DropStepFromSessions(tx, job, index, step.apart);
  if (!step.passes.empty()) {
    PlanNextStep(tx, job, index, std::move(step));
    return absl::OkStatus();
  }
  MOTE_RETURN_IF_ERROR(CheckOutputs(job.admitted.stages[index], step.outputs));
  MOTE_RETURN_IF_ERROR(CheckHandedOut(job.admitted, index, step.outputs));
  CompleteStage(tx, job, index, std::move(step.outputs), step.publish_as);
  return absl::OkStatus();
}

void FailStage(Transaction& tx, Job& job, int index, PassId pass, const absl::Status& status) {
  JobFailure failure;
  failure.stage = job.stage_name(index);
  failure.pass = pass;
  failure.failure.message = std::string(status.message());
  EndJob(tx, job.id, JobState::kFailed, std::move(failure));
}

std::vector<PassId> OpenPasses(const Job& job) {
  std::vector<PassId> ids;
  for (const auto& [id, pass] : job.passes) {
    if (!pass.result) ids.push_back(id);
  }
  return ids;
}

// False: the job ended on an error.
bool CompletePasses(Transaction& tx, Job& job, const std::vector<PassId>& ids) {
  for (const PassId id : ids) {
    if (!job.passes.contains(id)) continue;  // a fold task that was done
    const int stage = job.passes.at(id).stage;
    if (absl::Status status = CompletePass(tx, job.id, id); !status.ok()) {
      FailStage(tx, job, stage, id, status);
      return false;
    }
  }
  return true;
}

bool IsDue(const Job& job, int index) {
  const StageRun& stage = job.stages[index];
  return (stage.state == StageState::kWaiting && IsReady(job, index)) ||
         (stage.state == StageState::kRunning && StepIsComplete(job, stage));
}

void AddDependents(const Job& job, int index, std::set<int>* stages) {
  for (int i = 0; i < static_cast<int>(job.stages.size()); ++i) {
    const std::vector<int>& after = job.admitted.stages[i].after;
    if (std::find(after.begin(), after.end(), index) != after.end()) stages->insert(i);
  }
}

void EndIfComplete(Transaction& tx, const Job& job) {
  const bool all_complete = std::all_of(job.stages.begin(), job.stages.end(),
                                        [](const StageRun& s) { return s.state == StageState::kComplete; });
  if (!all_complete) return;
  EndJob(tx, job.id, job.absent_count > 0 ? JobState::kPartlyQuarantined : JobState::kSucceeded, std::nullopt);
}

// Asks the planners of those `stages` that are due, and of those that become so by it.
void AdvanceStages(Transaction& tx, Job& job, std::set<int> stages) {
  while (!stages.empty()) {
    const int index = *stages.begin();
    stages.erase(stages.begin());
    if (!IsDue(job, index)) continue;
    if (absl::Status status = AdvanceStage(tx, job, index); !status.ok()) {
      return FailStage(tx, job, index, PassId{}, status);
    }
    if (job.stages[index].state == StageState::kComplete) {
      AddDependents(job, index, &stages);
      EndIfComplete(tx, job);
    } else {
      if (!CompletePasses(tx, job, job.stages[index].step)) return;  // those without tasks
      stages.insert(index);
    }
  }
}

}  // namespace

void DropStepFromSessions(Transaction& tx, const Job& job, int stage, const std::vector<ArtifactRef>& needed) {
  const StageRun& run = job.stages[stage];
  std::set<PassId> over = PassesApart(run);
  for (const auto& [id, pass] : job.passes) {
    if (pass.stage == stage) over.insert(id);
  }
  for (const ArtifactRef& artifact : needed) {
    if (const auto found = run.apart.find(artifact); found != run.apart.end()) over.erase(found->second.pass);
  }
  for (const PassId pass : over) DropFromSessions(tx, pass);
}

void PlanNextStep(Transaction& tx, Job& job, int index, PlanStep step) {
  const StageRun& run = job.stages[index];
  StepPlanned event;
  event.job = job.id;
  event.stage = index;
  event.memo = std::move(step.memo);
  event.apart = std::move(step.apart);
  event.is_volatile = step.is_volatile || !event.apart.empty();
  const bool is_due =
      !event.is_volatile || step.checkpoint || tx.now - run.last_checkpoint >= tx.state.options.checkpoint_interval;
  event.journalled = is_due && event.apart.empty();
  event.artifacts = std::move(step.artifacts);
  event.progress = std::move(step.progress);
  event.tasks_to_come = step.tasks_to_come;
  event.before = TotalsOf(run);
  event.time = tx.now;
  for (PassSpec& spec : step.passes) {
    for (auto& [name, input] : spec.inputs) MoveIntoBlobs(input, tx.blobs());
    event.passes.push_back({NextPassId(tx.state, event.passes.size()), std::move(spec)});
  }
  KeepRoots(job, run, event);
  if (!event.journalled) return tx.EmitVolatile(std::move(event));
  for (const ArtifactRef& artifact : event.artifacts) tx.Sync(artifact);
  tx.Emit(std::move(event));
  tx.Send(JobChanged{job.id});
}

void AdvanceJob(Transaction& tx, JobId id) {
  Job& job = *tx.state.FindJob(id);
  if (IsTerminal(job.state) || !CompletePasses(tx, job, OpenPasses(job))) return;
  std::set<int> stages;
  for (int i = 0; i < static_cast<int>(job.stages.size()); ++i) stages.insert(i);
  AdvanceStages(tx, job, std::move(stages));
}

void AdvanceJob(Transaction& tx, JobId id, PassId changed) {
  Job& job = *tx.state.FindJob(id);
  const Pass* pass = tx.state.FindPass(id, changed);
  if (pass == nullptr || IsTerminal(job.state)) return;
  const int stage = pass->stage;
  if (CompletePasses(tx, job, {changed})) AdvanceStages(tx, job, {stage});
}

void EndJob(Transaction& tx, JobId id, JobState state, std::optional<JobFailure> failure) {
  const Job& job = *tx.state.FindJob(id);
  for (const auto& [pass_id, pass] : job.passes) tx.RevokeAll(id, pass);
  for (int i = 0; i < static_cast<int>(job.stages.size()); ++i) {
    DropStepFromSessions(tx, job, i);
    if (state != JobState::kFailed || job.stages[i].step.empty()) continue;
    // A retry goes on from here, also after a crash; or from where workers are not needed.
    if (job.stages[i].apart.empty()) {
      Checkpoint(tx, job, i);
    } else {
      GoBack(tx, id, i);
    }
  }
  tx.Emit(JobEnded{id, state, std::move(failure), tx.now});
  tx.state.cluster.ForgetJob(id);
  tx.Send(JobChanged{id, true});
}

}  // namespace mote::coordinator
