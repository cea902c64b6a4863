#include "coordinator/core/verify.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/philox.h"
#include "coordinator/core/plan_step.h"
#include "coordinator/core/spill.h"
#include "coordinator/core/straggler.h"
#include "coordinator/core/worker_session.h"

namespace mote::coordinator {
namespace {

// Keeps the draws apart from others that are made of a job and a pass.
constexpr uint64_t kVerifyStream = 0x76657269'66790000;

std::string Tasks(const Pass& pass, Block block) {
  const TaskRange range = block.range(pass.spec->task_count);
  return range.size() == 1 ? absl::StrCat("task ", range.begin)
                           : absl::StrCat("tasks ", range.begin, " to ", range.end - 1);
}

// Some slot of a worker that ran the block less often than `worker` may run it. Those that
// are excluded do not count: a worker that fails everything must not keep the others from
// verifying the block among themselves.
bool AnotherIsDue(const State& state, const Job& job, const Pass& pass, const HeldBlock& held,
                  const std::string& worker) {
  const int runs = held.RunsOf(worker);
  if (runs == 0) return false;
  for (const auto& [name, other] : state.cluster.workers()) {
    if (!other.session || other.draining || held.RunsOf(name) >= runs || !state.cluster.DistrustOf(name).empty()) {
      continue;
    }
    for (const Slot& slot : other.slots) {
      if (slot.ready && !slot.health.excluded && MayRun(job, pass, other, slot)) return true;
    }
  }
  return false;
}

// Takes all leases of a worker back: its results would not be believed.
void RevokeLeases(Transaction& tx, const std::string& name) {
  const Worker* worker = tx.state.cluster.Find(name);
  if (worker == nullptr) return;
  for (const LeaseToken& token : TokensOf(*worker)) {
    Pass* pass = tx.state.FindPass(token.job, token.pass);
    if (pass == nullptr || pass->blocks.Find(token) == nullptr) continue;
    if (worker->session) tx.Send(SendRevoke{*worker->session, token});
    tx.EmitOf(*pass, AttemptRevoked{token});
  }
}

void Distrust(Transaction& tx, const Job& job, const std::string& name, const std::string& reason) {
  if (!tx.state.cluster.DistrustOf(name).empty()) return;
  tx.Emit(WorkerDistrusted{job.id, name, reason});
  RevokeLeases(tx, name);
}

std::string Where(const Job& job, const Pass& pass, Block block) {
  return absl::StrCat("stage ", job.stage_name(pass.stage), ", ", Tasks(pass, block));
}

// The runs agree, all or most of them. `last` is where the last one ran: the others are of
// its numeric class.
void Commit(Transaction& tx, const LeaseToken& token, const HeldBlock& held, absl::Duration slot_time, const Link& last,
            bool cost_cut) {
  const Job& job = *tx.state.FindJob(token.job);
  const Pass& pass = *tx.state.FindPass(token.job, token.pass);
  const HeldValue& agreed = held.values()[0];
  const std::vector<std::string> wrong = held.dissenters();
  const std::string where = Where(job, pass, token.block);
  BlockCommitted commit{token, agreed.workers[0], agreed.nodes, agreed.cost, slot_time};
  commit.wasted = RevokeRivals(tx, token);
  commit.runs = held.run_count();
  commit.link = last;
  if (const Worker* first = tx.state.cluster.Find(commit.worker)) commit.link.transport = first->transport;
  commit.cost_cut = cost_cut;
  commit.independent = held.independent();
  Spill(tx, pass, &commit.nodes);
  tx.EmitOf(pass, std::move(commit));
  for (const std::string& name : std::set<std::string>(wrong.begin(), wrong.end())) {
    Distrust(tx, job, name,
             absl::StrCat("its result of ", where, " differs from that of ", absl::StrJoin(agreed.workers, " and ")));
  }
}

void Fail(Transaction& tx, const LeaseToken& token, const HeldBlock& held) {
  const Job& job = *tx.state.FindJob(token.job);
  const Pass& pass = *tx.state.FindPass(token.job, token.pass);
  std::vector<std::string> names;
  for (const HeldValue& value : held.values()) names.push_back(absl::StrJoin(value.workers, " and "));
  JobFailure failure{job.stage_name(pass.stage), pass.id, token.block.range(pass.spec->task_count), {}};
  failure.failure.message = absl::StrCat(
      "no majority for a result of ", Tasks(pass, token.block), ": it differs between ", absl::StrJoin(names, ", "),
      "; the operation does not yield the same bits twice, or workers compute wrongly: mend the operation, remove "
      "`verify` from the stage, or add workers that can outvote a wrong one");
  EndJob(tx, token.job, JobState::kFailed, std::move(failure));
}

}  // namespace

bool IsVerified(const Job& job, const Pass& pass, Block block) {
  const VerifySpec& verify = job.admitted.stages[pass.stage].spec.verify;
  if (verify.replicas > 1) return true;
  if (verify.sample <= 0) return false;
  return Philox(job.id.value ^ kVerifyStream, pass.id.value).Uniform(static_cast<uint64_t>(block.begin())) <
         verify.sample;
}

std::optional<Block> HeldBlockFor(const State& state, const Job& job, const Pass& pass, const Worker& worker) {
  if (pass.blocks.awaited() == 0) return std::nullopt;
  for (const auto& [begin, held] : pass.held) {
    const LeasedBlock& leased = pass.blocks.leases().at(begin);
    if (held.disputed() && held.RunsOf(worker.name) >= HeldBlock::kRunsPerWorkerMax) continue;
    if (leased.attempts.empty() && !AnotherIsDue(state, job, pass, held, worker.name)) return leased.block;
  }
  return std::nullopt;
}

bool OnVerifiedReport(Transaction& tx, const WorkerReport& report, const Worker& worker, int slot,
                      absl::Duration slot_time, bool cost_cut) {
  const LeaseToken& token = report.token;
  const Job& job = *tx.state.FindJob(token.job);
  const Pass& pass = *tx.state.FindPass(token.job, token.pass);
  HeldBlock known;
  if (const auto found = pass.held.find(token.block.begin()); found != pass.held.end()) known = found->second;
  known.Add(worker.name, report.nodes, report.cost, slot_time);
  switch (known.Judge(job.admitted.stages[pass.stage].spec.verify.runs())) {
    case Verdict::kAgreed:
      Commit(tx, token, known, slot_time, LinkOf(worker, slot), cost_cut);
      return true;
    case Verdict::kNoTwoAgree:
      Fail(tx, token, known);
      return false;
    case Verdict::kContradicts:
      tx.EmitOf(pass, BlockHeld{token, worker.name, report.nodes, report.cost, slot_time, cost_cut});
      Distrust(tx, job, worker.name,
               absl::StrCat("its results of ", Where(job, pass, token.block), " differ from run to run"));
      return false;
    case Verdict::kOpen:
      tx.EmitOf(pass, BlockHeld{token, worker.name, report.nodes, report.cost, slot_time, cost_cut});
      return false;
  }
  return false;
}

void CutVerified(Transaction& tx, const LeaseToken& token, int64_t at, const std::string& worker,
                 absl::Duration wasted) {
  const Pass& pass = *tx.state.FindPass(token.job, token.pass);
  const int64_t task_count = pass.spec->task_count;
  const Failure full{FaultKind::kGivenBack, -1,
                     absl::StrCat("the report had no room for tasks from ", at,
                                  " on: the block is cut there, so that each part can be verified"),
                     "", worker};
  AttemptFailed cut{token, full, CanonicalNodes({token.block.begin(), at}, task_count), tx.now, tx.now, wasted};
  for (const Block& rest : CanonicalNodes({at, token.block.end(task_count)}, task_count)) cut.pieces.push_back(rest);
  tx.EmitOf(pass, std::move(cut));
}

}  // namespace mote::coordinator
