#include "coordinator/core/report.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check.h"
#include "common/planted.h"
#include "common/status_macros.h"
#include "coordinator/core/budget.h"
#include "coordinator/core/cost_bound.h"
#include "coordinator/core/entry_of.h"
#include "coordinator/core/estimate.h"
#include "coordinator/core/exclusion.h"
#include "coordinator/core/fold_tasks.h"
#include "coordinator/core/output_loss.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/retry.h"
#include "coordinator/core/slot_speed.h"
#include "coordinator/core/spill.h"
#include "coordinator/core/straggler.h"
#include "coordinator/core/verify.h"
#include "coordinator/core/worker_session.h"

namespace mote::coordinator {
namespace {

// Where the finished prefix ends, if the nodes are its canonical ones and valid.
absl::StatusOr<int64_t> FinishedEnd(const Pass& pass, const Worker& worker, Block block,
                                    const std::vector<Node>& nodes) {
  const int64_t task_count = pass.spec->task_count;
  if (nodes.empty()) return block.begin();
  for (const Node& node : nodes) {
    if (node.block.level < 0 || !block.Contains(node.block) || node.block.begin() >= task_count) {
      return absl::InvalidArgumentError("a reported node lies outside the leased block");
    }
  }
  const int64_t end = nodes.back().block.end(task_count);
  const std::vector<Block> expected = CanonicalNodes({block.begin(), end}, task_count);
  // The right edge has several names for one range: compare what they cover.
  const bool canonical = std::equal(
      nodes.begin(), nodes.end(), expected.begin(), expected.end(), [&](const Node& node, const Block& want) {
        return node.block.begin() == want.begin() && node.block.end(task_count) == want.end(task_count);
      });
  if (!canonical) {
    return absl::InvalidArgumentError("the reported nodes are not the canonical ones of a prefix of the block");
  }
  for (const Node& node : nodes) {
    if (!node.holder.empty() && (!node.artifact || node.holder != worker.name || worker.blob_address.empty())) {
      return absl::InvalidArgumentError(absl::StrCat("a reported node lies at \"", node.holder,
                                                     "\"; a worker keeps its own partials, and serves them"));
    }
    if (node.partial) {
      MOTE_RETURN_IF_ERROR(pass.reducer->Validate(*node.partial));
    } else if (node.absent()) {
      return absl::InvalidArgumentError("a reported node is absent, but none of its tasks is");
    }
  }
  return end;
}

// A lying worker cannot claim other tasks than its block's. It may have run more of
// them than it can report.
absl::Status CheckCost(const WorkerReport& report, int64_t tasks_max) {
  const Cost& cost = report.cost;
  const bool negative = cost.tasks < 0 || cost.staged_bytes < 0 || cost.network_bytes < 0 || cost.memory_bytes < 0 ||
                        std::any_of(cost.phase_ns.begin(), cost.phase_ns.end(), [](int64_t ns) { return ns < 0; });
  if (negative || cost.tasks > tasks_max || cost.task_ns.count() > tasks_max ||
      report.slot_time < absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the report claims the cost of ", cost.tasks, " tasks; ", tasks_max, " can have run"));
  }
  return absl::OkStatus();
}

// No more time than has passed since the lease was granted; by the clock of the epoch
// before, that may have been later than now.
absl::Duration SlotTime(const WorkerReport& report, const std::vector<Attempt>& attempts, absl::Time now) {
  for (const Attempt& attempt : attempts) {
    if (attempt.number == report.token.attempt)
      return std::clamp(now - attempt.granted, absl::ZeroDuration(), report.slot_time);
  }
  return absl::ZeroDuration();
}

// A task that reads partials could not have one, again: then nobody has it, and the
// tasks that made it are run anew.
bool InputIsLost(Transaction& tx, const LeaseToken& token, const Pass& pass, const Failure& failure) {
  constexpr int kTriesMax = 3;
  if (failure.kind != FaultKind::kUnavailable || failure.missing.empty()) return false;
  const auto before = pass.faults.find(token.block);
  const int tries = 1 + (before == pass.faults.end() ? 0 : before->second.unavailable);
  return tries >= kTriesMax && LoseInput(tx, token.job, pass.id, failure.missing);
}

// Beside nodes that are here by reference, a new one may complete a subtree that a task
// can fold.
void PlanFolds(Transaction& tx, const WorkerReport& report) {
  for (const Node& node : report.nodes) {
    const Pass* pass = tx.state.FindPass(report.token.job, report.token.pass);
    if (pass == nullptr || pass->fold.references() == 0) return;
    const absl::Status planned = PlanFold(tx, report.token.job, report.token.pass, node.block.begin());
    MOTE_CHECK(planned.ok(), "the parameters of a pass's reducer were read when it was planned");
  }
}

// The slot on which the worker holds the lease; -1: it does not hold it.
int SlotOf(const Worker& worker, const LeaseToken& token) {
  const auto lease = worker.leases.find(token);
  return lease == worker.leases.end() ? -1 : lease->second;
}

// What the report says of the slot that sent it.
void NoteSlot(const Transaction& tx, Worker& worker, int slot, const Pass& pass, const WorkerReport& report) {
  if (slot < 0 || slot >= static_cast<int>(worker.slots.size())) return;
  LearnSpeed(tx.state.cluster, worker, slot, tx.state.FindJob(report.token.job)->stages[pass.stage], pass, report);
  worker.slots[slot].last_report = worker.slots[slot].progress = tx.now;
  if (report.cost.tasks > 0) worker.slots[slot].kernels.insert(pass.spec->kernel);
}

// A report that is current and valid, of a lease that `slot` held.
void Accept(Transaction& tx, Worker& worker, int slot, const WorkerReport& report, int64_t done_end, bool cost_cut) {
  const LeaseToken& token = report.token;
  Pass* pass = tx.state.FindPass(token.job, token.pass);
  const int64_t block_end = token.block.end(pass->spec->task_count);
  const bool was_asked = worker.shortened.contains(token);
  const absl::Duration slot_time = SlotTime(report, pass->blocks.Find(token)->attempts, tx.now);
  NoteSlot(tx, worker, slot, *pass, report);
  if (slot >= 0 && done_end > token.block.begin()) PraiseSlot(tx.state, worker, slot, token.job, *pass);
  const bool verified = IsVerified(*tx.state.FindJob(token.job), *pass, token.block);
  // Part of a block that is to be verified cannot be compared.
  const int64_t reported_end = done_end;
  if (verified && reported_end < block_end) done_end = token.block.begin();
  LedgerEntry entry = EntryOf(tx, report, worker, slot, done_end, slot_time);
  if (verified && done_end == block_end) {
    const bool committed = OnVerifiedReport(tx, report, worker, slot, slot_time, cost_cut);
    entry.outcome = committed ? LedgerOutcome::kCommitted : LedgerOutcome::kHeld;
  } else if (done_end > token.block.begin()) {
    BlockCommitted commit{token, worker.name, report.nodes, report.cost, slot_time, RevokeRivals(tx, token)};
    Spill(tx, *pass, &commit.nodes);
    commit.cost.tasks = std::min(commit.cost.tasks, done_end - token.block.begin());
    commit.link = LinkOf(worker, slot);
    commit.cost_cut = cost_cut;
    tx.EmitOf(*pass, std::move(commit));
    entry.outcome = LedgerOutcome::kCommitted;
  }
  tx.Send(RecordAttempt{std::move(entry)});
  // A finished prefix carries the time of its attempt.
  const absl::Duration wasted = done_end > token.block.begin() ? absl::ZeroDuration() : slot_time;
  if (report.failure && done_end < block_end) {
    Failure failure = *report.failure;
    failure.worker = worker.name;
    failure.Bound();
    if (!InputIsLost(tx, token, *pass, failure)) OnFailure(tx, token, done_end, std::move(failure), wasted);
  } else if (done_end == token.block.begin() && was_asked) {
    tx.EmitOf(*pass, AttemptRevoked{token});
  } else if (done_end < reported_end && !worker.draining) {
    CutVerified(tx, token, reported_end, worker.name, wasted);
  } else if (done_end == token.block.begin()) {  // given back unstarted
    Failure failure{FaultKind::kGivenBack, -1, "the worker gave the block back", "", worker.name};
    OnFailure(tx, token, done_end, std::move(failure), wasted);
  }
  tx.Send(SendAck{report.session, token});
  tx.Send(JobChanged{token.job});
  PlanFolds(tx, report);
  AdvanceJob(tx, token.job, token.pass);
  EndIfBudgetIsUsed(tx, token.job);
}

}  // namespace

void Decide(Transaction& tx, const WorkerReport& report) {
  Worker* worker = tx.state.cluster.FindSession(report.session);
  if (worker == nullptr) return;
  worker->last_heard = tx.now;
  const LeaseToken& token = report.token;
  Pass* pass = tx.state.FindPass(token.job, token.pass);
  const LeasedBlock* leased = pass == nullptr ? nullptr : pass->blocks.Find(token);
  const int slot = SlotOf(*worker, token);
  const bool holds = slot >= 0 || MOTE_PLANTED(kNoTokenCheck, kEpochIgnored, kStaleAttemptCommits);
  if (leased == nullptr || !holds) {
    tx.state.cluster.RemoveLease(token, worker->name);
    return tx.Send(SendAck{report.session, token});
  }
  absl::StatusOr<int64_t> done_end = FinishedEnd(*pass, *worker, token.block, report.nodes);
  absl::Status valid = done_end.status();
  const int64_t block_end = token.block.end(pass->spec->task_count);
  if (valid.ok()) valid = CheckCost(report, block_end - token.block.begin());
  if (!valid.ok()) return RefuseSession(tx, *worker, valid);
  const Attempt* attempt = pass->blocks.FindAttempt(token);
  std::optional<Cost> cut;
  if (attempt != nullptr) cut = CutToWall(report.cost, LeaseWall(tx.state, *attempt, tx.now));
  if (!cut) return Accept(tx, *worker, slot, report, *done_end, /*cost_cut=*/false);
  WorkerReport possible = report;
  possible.cost = *std::move(cut);
  Accept(tx, *worker, slot, possible, *done_end, /*cost_cut=*/true);
}

}  // namespace mote::coordinator
