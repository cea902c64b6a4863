#include "coordinator/core/apply_block.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/planted.h"
#include "common/status_macros.h"
#include "coordinator/core/artifact_use.h"
#include "coordinator/core/event_subject.h"
#include "coordinator/core/second_chance.h"

namespace mote::coordinator {
namespace {

void AddDeviceTime(State& state, Job& job, StageRun& stage, absl::Duration used, absl::Duration wasted) {
  stage.cost.device_time += used + wasted;
  stage.cost.wasted_time += wasted;
  state.tenant_device_time[job.admitted.spec.tenant] += used + wasted;
  job.share += used + wasted;
}

// Adds what a committed block cost to its pass, its stage and what is known of the
// kernel.
void AddCost(State& state, Job& job, Pass& pass, StageRun& stage, const BlockCommitted& event) {
  pass.cost.Merge(event.cost);
  stage.cost.cost.Merge(event.cost);
  stage.cost.reports_cut += event.cost_cut ? 1 : 0;
  AddDeviceTime(state, job, stage, event.slot_time, event.wasted);
  stage.cost.beaten_time += event.wasted;
  const auto staged = static_cast<double>(event.cost.staged_bytes);
  const auto network = static_cast<double>(event.cost.network_bytes);
  if (staged + network > 0) {
    stage.cost.alphas.Add(event.link, staged, network, static_cast<double>(event.cost.communication_ns()) * 1e-9);
  }
  if (pass.cost.tasks > 0) stage.kernel_duration[pass.spec->kernel] = absl::Nanoseconds(pass.cost.mean_task_ns());
}

FailedAttempt StoryOf(const Pass& pass, const AttemptFailed& event) {
  const int64_t task_count = pass.spec->task_count;
  FailedAttempt attempt;
  attempt.time = event.time;
  attempt.stage = pass.stage;
  attempt.pass = pass.id;
  attempt.label = pass.spec->label;
  attempt.tasks = event.token.block.range(task_count);
  if (!event.pieces.empty()) attempt.tasks = {event.pieces.front().begin(), event.pieces.back().end(task_count)};
  attempt.attempt = event.token.attempt;
  attempt.failure = event.failure;
  attempt.pieces = static_cast<int>(event.pieces.size());
  attempt.not_before = event.not_before;
  return attempt;
}

}  // namespace

absl::Status ApplyBlock(State& state, const LeaseGranted& event) {
  const LeaseToken& token = event.token;
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, token.job));
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, token.job, token.pass));
  MOTE_RETURN_IF_ERROR(
      pass->blocks.Lease(token.block, {token.attempt, token.epoch, event.worker, event.slot, event.time}));
  pass->next_attempt = std::max(pass->next_attempt, token.attempt + 1);
  if (job->state == JobState::kPending) {
    job->state = JobState::kRunning;
    job->start = event.time;
  }
  state.cluster.AddLease(token, event.worker, event.slot);
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status ApplyBlock(State& state, const LeaseReissued& event) {
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, event.held.job, event.held.pass));
  const Attempt* held = pass->blocks.FindAttempt(event.held);
  if (held == nullptr) return UnknownInEvent("attempt", event.held.attempt);
  const Attempt attempt = *held;
  MOTE_RETURN_IF_ERROR(pass->blocks.Reissue(event.held, event.epoch));
  LeaseToken token = event.held;
  token.epoch = event.epoch;
  state.cluster.RemoveLease(event.held, attempt.worker);
  state.cluster.AddLease(token, attempt.worker, attempt.slot);
  return absl::OkStatus();
}

absl::Status ApplyBlock(State& state, const BlockCommitted& event, BlobSink& blobs) {
  const LeaseToken& token = event.token;
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, token.job));
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, token.job, token.pass));
  const LeasedBlock* leased = pass->blocks.Find(token);
  if (leased == nullptr || event.nodes.empty()) return UnknownInEvent("attempt", token.attempt);
  StageRun& stage = job->stages[pass->stage];
  for (const Attempt& attempt : leased->attempts) {
    if (MOTE_PLANTED(kTwoAttemptsCommit) && attempt.number != token.attempt) continue;
    state.cluster.RemoveLease(TokenOf(token.job, token.pass, token.block, attempt), attempt.worker);
  }
  stage.cost.attempts_lost += static_cast<int64_t>(leased->attempts.size()) - 1;
  const int64_t done_end = event.nodes.back().block.end(pass->spec->task_count);
  MOTE_RETURN_IF_ERROR(pass->blocks.Commit(token, done_end));
  for (const Node& node : event.nodes) {
    if (!pass->broken.ok()) break;
    if (node.in_store()) Use(state, *node.artifact);
    pass->broken = pass->fold.Insert(node, *pass->reducer, blobs);
  }
  pass->held.erase(token.block.begin());
  if (event.runs > 1) {
    ++stage.cost.verify.blocks;
    if (!event.independent) ++stage.cost.verify.blocks_one_worker;
  }
  if (pass->broken.ok()) pass->broken = FoldHeldAbsent(*job, *pass, blobs);
  stage.tasks_committed += done_end - token.block.begin();
  AddCost(state, *job, *pass, stage, event);
  if (Worker* worker = state.cluster.Find(event.worker)) worker->tasks_committed += event.cost.tasks;
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status ApplyBlock(State& state, const BlockHeld& event) {
  const LeaseToken& token = event.token;
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, token.job));
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, token.job, token.pass));
  MOTE_RETURN_IF_ERROR(pass->blocks.Hold(token));
  pass->held[token.block.begin()].Add(event.worker, event.nodes, event.cost, event.slot_time);
  StageRun& stage = job->stages[pass->stage];
  ++stage.cost.verify.runs_extra;
  stage.cost.verify.time_extra += event.slot_time;
  stage.cost.reports_cut += event.cost_cut ? 1 : 0;
  AddDeviceTime(state, *job, stage, event.slot_time, absl::ZeroDuration());
  state.cluster.RemoveLease(token, event.worker);
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status ApplyBlock(State& state, const AttemptRevoked& event) {
  const LeaseToken& token = event.token;
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, token.job));
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, token.job, token.pass));
  const Attempt* attempt = pass->blocks.FindAttempt(token);
  if (attempt == nullptr) return UnknownInEvent("attempt", token.attempt);
  state.cluster.RemoveLease(token, attempt->worker);
  const std::vector<Block> pieces =
      pass->blocks.Find(token)->held ? std::vector<Block>() : std::vector<Block>{token.block};
  MOTE_RETURN_IF_ERROR(pass->blocks.Fail(token, pieces, absl::InfinitePast()));
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status ApplyBlock(State& state, const AttemptFailed& event) {
  const LeaseToken& token = event.token;
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, token.job));
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, token.job, token.pass));
  const bool counts = BlameOf(event.failure.kind) != Blame::kNobody;
  if (counts) {
    const Block blamed = event.failure.task >= 0 ? Block{0, event.failure.task} : token.block;
    const Attempt* attempt = pass->blocks.FindAttempt(token);
    pass->faults[blamed].Add(event.failure, attempt == nullptr ? -1 : attempt->slot, event.not_before);
  }
  if (pass->blocks.Find(token) != nullptr) {
    const bool forgotten = event.failure.kind == FaultKind::kEngineCrash && MOTE_PLANTED(kRetryForgotten);
    MOTE_RETURN_IF_ERROR(pass->blocks.Fail(token, forgotten ? std::vector<Block>{} : event.pieces, event.not_before));
    if (!pass->blocks.leases().contains(token.block.begin())) pass->held.erase(token.block.begin());
  } else {  // its finished prefix was committed: the rest is pending already
    for (const Block& piece : event.pieces) MOTE_RETURN_IF_ERROR(pass->blocks.Isolate(piece, event.not_before));
  }
  if (counts) ++job->stages[pass->stage].cost.attempts_lost;
  AddDeviceTime(state, *job, job->stages[pass->stage], absl::ZeroDuration(), event.wasted);
  job->story.Add(StoryOf(*pass, event));
  if (Worker* worker = state.cluster.Find(event.failure.worker)) worker->attempts_failed += counts;
  state.cluster.RemoveLease(token, event.failure.worker);
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

absl::Status ApplyBlock(State& state, const TaskQuarantined& event, BlobSink& blobs) {
  MOTE_ASSIGN_OR_RETURN(Job * job, JobOf(state, event.job));
  MOTE_ASSIGN_OR_RETURN(Pass * pass, PassOf(state, event.job, event.pass));
  MOTE_RETURN_IF_ERROR(pass->blocks.Settle(event.task));
  ++pass->absent_count;
  pass->absent.insert(event.task);
  if (pass->broken.ok()) pass->broken = HoldAbsent(*job, *pass, event.task, blobs);
  constexpr size_t kAbsentListedMax = 1000;
  ++job->absent_count;
  ++job->stages[pass->stage].absent_count;
  if (job->absent.size() < kAbsentListedMax) {
    job->absent.push_back({job->stage_name(pass->stage), pass->id, event.task, event.failure.message,
                           std::string(Name(event.failure.kind)), event.failure.worker});
  }
  UpdateRunnable(state, *job);
  return absl::OkStatus();
}

}  // namespace mote::coordinator
