#include "coordinator/core/retry.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/philox.h"
#include "common/planted.h"
#include "coordinator/core/checkpoint.h"
#include "coordinator/core/exclusion.h"
#include "coordinator/core/plan_step.h"

namespace mote::coordinator {
namespace {

constexpr absl::Duration kBackoffMin = absl::Milliseconds(100);
constexpr absl::Duration kBackoffMax = absl::Seconds(10);

// Capped exponential with jitter from [1/2, 1], seeded by what is retried.
absl::Duration Backoff(const LeaseToken& token, int faults) {
  if (faults <= 1) return absl::ZeroDuration();
  if (MOTE_PLANTED(kBackoffNeverEnds)) return absl::InfiniteDuration();
  const absl::Duration full = std::min(kBackoffMax, kBackoffMin * std::pow(2.0, std::min(faults - 2, 20)));
  return full * (0.5 + 0.5 * Philox(token.job.value, token.pass.value).Uniform(token.attempt));
}

// `rest` cut so that `suspect` stands alone.
std::vector<Block> Around(TaskRange rest, int64_t suspect, int64_t task_count) {
  std::vector<Block> pieces = CanonicalNodes({rest.begin, suspect}, task_count);
  pieces.push_back({0, suspect});
  for (const Block& block : CanonicalNodes({suspect + 1, rest.end}, task_count)) pieces.push_back(block);
  return pieces;
}

// Cuts two tasks or more into two pieces at least. At the right edge a block has several names:
// the one whose right half has tasks too is the one to halve.
std::vector<Block> Halves(TaskRange rest, int64_t task_count) {
  std::vector<Block> pieces = CanonicalNodes(rest, task_count);
  if (pieces.size() > 1 || rest.size() == 1) return pieces;
  Block whole = pieces[0];
  while (whole.Right().begin() >= task_count) whole = whole.Left();
  return {whole.Left(), whole.Right()};
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

// Faults of this kind that the task or block has used up, this one included.
int FaultsOf(const Pass& pass, Block block, Blame blame) {
  const auto before = pass.faults.find(block);
  return 1 + (before == pass.faults.end() ? 0 : before->second.Of(blame));
}

// A task that reads what others computed cannot be left out: the job would end with it.
int FaultsMax(const Pass& pass, const StageSpec& stage, Blame blame) {
  constexpr int kReaderFaultsMax = 20;
  const int faults_max = TaskFaultsMax(stage, blame);
  return pass.folds || pass.finishes ? std::max(kReaderFaultsMax, faults_max) : faults_max;
}

// A block under verification keeps what other runs found, unless it is to blame. Where they
// differ it keeps them even then, as long as it may be tried again: without them, the worker
// that is wrong could agree with itself.
bool KeepsRuns(const Pass& pass, const StageSpec& stage, const LeaseToken& token, const Failure& failure) {
  const Blame blame = BlameOf(failure.kind);
  if (blame == Blame::kNobody) return true;
  if (blame != Blame::kTask) return FaultsOf(pass, token.block, blame) < FaultsMax(pass, stage, blame);
  if (failure.kind == FaultKind::kApplication && !stage.retry_application) return false;
  const bool is_task = failure.task >= 0;
  return pass.held.at(token.block.begin()).disputed() &&
         FaultsOf(pass, is_task ? Block{0, failure.task} : token.block, blame) <
             (is_task ? FaultsMax(pass, stage, blame) : BlockFaultsMax(stage, failure.kind));
}

// A single task that outlived so many workers is given up although it may be innocent.
void ExplainLosses(Failure& failure, int losses) {
  failure.message = absl::StrCat(
      losses, " workers failed one after another while each held this task alone (the last: ", failure.message,
      "); it may take whole machines down: run it on one by itself, raise "
      "`retry`, or set on_bad_task: quarantine to go on without it");
}

}  // namespace

void OnFailure(Transaction& tx, const LeaseToken& token, int64_t done_end, Failure failure, absl::Duration wasted) {
  const Job& job = *tx.state.FindJob(token.job);
  const Pass& pass = *tx.state.FindPass(token.job, token.pass);
  const StageSpec& stage = job.admitted.stages[pass.stage].spec;
  const int64_t task_count = pass.spec->task_count;
  const TaskRange rest{done_end, token.block.end(task_count)};
  const Blame blame = BlameOf(failure.kind);

  int64_t suspect = blame == Blame::kTask && failure.task >= rest.begin && failure.task < rest.end ? failure.task : -1;
  if (suspect < 0 && rest.size() == 1 && blame != Blame::kNobody) suspect = rest.begin;
  failure.task = suspect;
  AttemptFailed event{token, failure, {}, tx.now, tx.now, wasted};

  // Tasks of one job must not read different files: those that have run are of no use.
  if (failure.kind == FaultKind::kInputChanged) {
    event.pieces = CanonicalNodes(rest, task_count);
    tx.EmitOf(pass, event);
    return EndJob(tx, token.job, JobState::kFailed, JobFailure{job.stage_name(pass.stage), pass.id, rest, failure});
  }
  if (const Attempt* attempt = pass.blocks.FindAttempt(token); attempt != nullptr) {
    BlameSlot(tx, *attempt, job, pass, suspect >= 0 ? Block{0, suspect} : token.block, failure);
  }
  // Another live attempt may still succeed: it is judged by what becomes of that one.
  const LeasedBlock* leased = pass.blocks.Find(token);
  if (leased != nullptr && leased->attempts.size() > 1) return tx.EmitOf(pass, std::move(event));
  if (leased != nullptr && leased->held && KeepsRuns(pass, stage, token, event.failure)) {
    if (blame != Blame::kTask) event.failure.task = -1;
    return tx.EmitOf(pass, std::move(event));
  }
  if (blame == Blame::kNobody) {
    event.pieces = CanonicalNodes(rest, task_count);
    return tx.EmitOf(pass, std::move(event));
  }
  if (suspect >= 0) {
    const int faults = FaultsOf(pass, {0, suspect}, blame);
    const bool once = failure.kind == FaultKind::kApplication && !stage.retry_application;
    const bool give_up = once || faults >= FaultsMax(pass, stage, blame);
    event.pieces = Around(rest, suspect, task_count);
    event.not_before = tx.now + Backoff(token, faults);
    tx.EmitOf(pass, event);
    if (give_up && blame == Blame::kWorker) ExplainLosses(failure, faults);
    if (give_up) GiveUp(tx, token, suspect, failure);
    return;
  }
  const int faults = FaultsOf(pass, token.block, blame);
  const bool bisect = faults >= BlockFaultsMax(stage, failure.kind);
  event.pieces = bisect ? Halves(rest, task_count) : CanonicalNodes(rest, task_count);
  event.not_before = tx.now + (bisect ? absl::ZeroDuration() : Backoff(token, faults));
  tx.EmitOf(pass, event);
}

}  // namespace mote::coordinator
