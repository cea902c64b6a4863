#include "coordinator/core/retry.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/philox.h"
#include "coordinator/core/plan_step.h"

namespace mote::coordinator {
namespace {

// Faults without a suspect are forgiven more often: they are rarely the block's.
constexpr int kLostWorkersMax = 10;
constexpr int kUnavailableMax = 10;
constexpr absl::Duration kBackoffMin = absl::Milliseconds(100);
constexpr absl::Duration kBackoffMax = absl::Seconds(10);

// Capped exponential with jitter from [1/2, 1], seeded by what is retried.
absl::Duration Backoff(const LeaseToken& token, int faults) {
  if (faults <= 1) return absl::ZeroDuration();
  const absl::Duration full = std::min(kBackoffMax, kBackoffMin * std::pow(2.0, std::min(faults - 2, 20)));
  return full * (0.5 + 0.5 * Philox(token.job.value, token.pass.value).Uniform(token.attempt));
}

int FaultsMax(const StageSpec& stage, FaultKind kind) {
  switch (kind) {
    case FaultKind::kLostWorker:
      return std::max(kLostWorkersMax, stage.attempts_max);
    case FaultKind::kUnavailable:
      return std::max(kUnavailableMax, stage.attempts_max);
    default:
      return stage.attempts_max;
  }
}

// `rest` cut so that `suspect` stands alone.
std::vector<Block> Around(TaskRange rest, int64_t suspect, int64_t task_count) {
  std::vector<Block> pieces = CanonicalNodes({rest.begin, suspect}, task_count);
  pieces.push_back({0, suspect});
  for (const Block& block : CanonicalNodes({suspect + 1, rest.end}, task_count)) pieces.push_back(block);
  return pieces;
}

std::vector<Block> Halves(TaskRange rest, int64_t task_count) {
  std::vector<Block> pieces = CanonicalNodes(rest, task_count);
  if (pieces.size() > 1 || pieces[0].level == 0) return pieces;
  const Block whole = pieces[0];
  pieces = {whole.Left()};
  if (whole.Right().begin() < task_count) pieces.push_back(whole.Right());
  return pieces;
}

// Gives a task up for good.
void GiveUp(Transaction& tx, const LeaseToken& token, int64_t task, const Failure& failure) {
  const Job& job = *tx.state.FindJob(token.job);
  const Pass& pass = *tx.state.FindPass(token.job, token.pass);
  if (job.admitted.stages[pass.stage].spec.on_bad_task == TaskPolicy::kQuarantine && !pass.finishes && !pass.folds) {
    // Part of the result for good, also where the pass's commits are not journalled.
    Checkpoint(tx, job, pass.stage);
    return tx.Emit(TaskQuarantined{token.job, token.pass, task, failure});
  }
  JobFailure reported{job.stage_name(pass.stage), pass.id, {task, task + 1}, failure};
  reported.failure.task = task;
  EndJob(tx, token.job, JobState::kFailed, std::move(reported));
}

}  // namespace

void OnFailure(Transaction& tx, const LeaseToken& token, int64_t done_end, Failure failure) {
  const Job& job = *tx.state.FindJob(token.job);
  const Pass& pass = *tx.state.FindPass(token.job, token.pass);
  const StageSpec& stage = job.admitted.stages[pass.stage].spec;
  const int64_t task_count = pass.spec->task_count;
  const TaskRange rest{done_end, token.block.end(task_count)};

  AttemptFailed event{token, failure, {}, tx.now};
  // Another live attempt may still succeed: it is judged by what becomes of that one.
  const LeasedBlock* leased = pass.blocks.Find(token);
  if (leased != nullptr && leased->attempts.size() > 1) return tx.EmitOf(pass, std::move(event));
  const bool blames_tasks = failure.kind != FaultKind::kLostWorker && failure.kind != FaultKind::kUnavailable;
  // A block under verification keeps what other runs found, unless it is to blame.
  if (leased != nullptr && leased->held && !blames_tasks) {
    const auto before = pass.block_faults.find(token.block);
    event.failure.task = -1;
    if (before == pass.block_faults.end() || before->second + 1 < FaultsMax(stage, failure.kind)) {
      return tx.EmitOf(pass, std::move(event));
    }
  }
  int64_t suspect = blames_tasks && failure.task >= rest.begin && failure.task < rest.end ? failure.task : -1;
  if (suspect < 0 && rest.size() == 1) suspect = rest.begin;
  failure.task = suspect;
  event.failure = failure;

  if (suspect >= 0) {
    const auto before = pass.task_faults.find(suspect);
    const int faults = 1 + (before == pass.task_faults.end() ? 0 : before->second);
    const bool give_up = !IsSystemFault(failure.kind) || faults >= FaultsMax(stage, failure.kind);
    event.pieces = Around(rest, suspect, task_count);
    event.not_before = tx.now + Backoff(token, faults);
    tx.EmitOf(pass, event);
    if (give_up) GiveUp(tx, token, suspect, failure);
    return;
  }
  const auto before = pass.block_faults.find(token.block);
  const int faults = 1 + (before == pass.block_faults.end() ? 0 : before->second);
  const bool bisect = !IsSystemFault(failure.kind) || faults >= FaultsMax(stage, failure.kind);
  event.pieces = bisect ? Halves(rest, task_count) : CanonicalNodes(rest, task_count);
  event.not_before = tx.now + (bisect ? absl::ZeroDuration() : Backoff(token, faults));
  tx.EmitOf(pass, event);
}

}  // namespace mote::coordinator
