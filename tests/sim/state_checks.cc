#include "tests/sim/state_checks.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "coordinator/core/budget.h"

namespace mote::sim {
namespace {

namespace mc = ::mote::coordinator;

std::optional<Finding> CheckFold(const mc::Pass& pass, const std::string& name) {
  if (!pass.broken.ok() || pass.result) return std::nullopt;
  int64_t folded = 0, end = 0;
  for (const auto& [begin, node] : pass.fold.by_task()) {
    if (begin < end) return Finding{"every settled task is folded once", absl::StrCat(name, " task ", begin)};
    end = node.block.end(pass.spec->task_count);
    folded += end - begin;
  }
  folded += static_cast<int64_t>(pass.held_absent.size());  // are told to the fold at the end
  if (folded == pass.blocks.settled()) return std::nullopt;
  return Finding{"every settled task is folded once",
                 absl::StrCat(name, ": ", folded, " tasks are folded, ", pass.blocks.settled(), " are settled")};
}

std::optional<Finding> CheckPass(const mc::State& state, const mc::Job& job, const mc::Pass& pass, int64_t* attempts) {
  const std::string name = absl::StrCat("job ", job.id.value, " pass ", pass.id.value);
  int64_t leased = 0, end = 0;
  for (const auto& [begin, lease] : pass.blocks.leases()) {
    if (begin < end) return Finding{"leased blocks do not overlap", absl::StrCat(name, " task ", begin)};
    end = lease.block.end(pass.spec->task_count);
    leased += end - begin;
    if ((lease.attempts.empty() && !lease.held) || lease.attempts.size() > 2) {
      return Finding{"a leased block has one or two live attempts",
                     absl::StrCat(name, " task ", begin, " has ", lease.attempts.size())};
    }
    for (const mc::Attempt& attempt : lease.attempts) {
      ++*attempts;
      const mc::Worker* worker = state.cluster.Find(attempt.worker);
      if (worker == nullptr || !worker->leases.contains(TokenOf(job.id, pass.id, lease.block, attempt))) {
        return Finding{"blocks and workers agree on leases",
                       absl::StrCat(name, " task ", begin, " is leased to ", attempt.worker, ", who does not hold it")};
      }
    }
  }
  const mc::BlockSet& blocks = pass.blocks;
  int64_t pending = blocks.task_count() - blocks.frontier();
  for (const auto& [begin, returned] : blocks.returned()) pending += returned.block.size(blocks.task_count());
  if (leased != blocks.leased() || pending != blocks.pending()) {
    return Finding{"every task is pending, leased or settled",
                   absl::StrCat(name, " of ", blocks.task_count(), " tasks: ", leased, " are leased, ", pending,
                                " pending, ", blocks.settled(), " settled")};
  }
  return CheckFold(pass, name);
}

// A slot that may run the pass and is there: excluded or not.
bool AnySlotMayRun(const mc::State& state, const mc::Job& job, const mc::Pass& pass, bool excluded) {
  for (const auto& [name, worker] : state.cluster.workers()) {
    if (!worker.session || worker.draining || !state.cluster.DistrustOf(name).empty()) continue;
    for (const mc::Slot& slot : worker.slots) {
      if (slot.ready && slot.health.excluded == excluded && MayRun(job, pass, worker, slot)) return true;
    }
  }
  return false;
}

}  // namespace

std::optional<Finding> CheckExclusions(const mc::State& state) {
  for (const auto& [id, job] : state.jobs) {
    if (IsTerminal(job->state)) continue;  // it keeps passes for a retry
    for (const auto& [pass_id, pass] : job->passes) {
      const int64_t wanted = pass.blocks.pending() + pass.blocks.awaited();
      if (wanted == 0 || AnySlotMayRun(state, *job, pass, /*excluded=*/false)) continue;
      if (!AnySlotMayRun(state, *job, pass, /*excluded=*/true)) continue;
      return Finding{"the last slot that may do some work is not excluded",
                     absl::StrCat("job ", id.value, " pass ", pass_id.value, " has ", pass.blocks.pending(),
                                  " pending tasks and ", pass.blocks.awaited(), " blocks to verify")};
    }
  }
  return std::nullopt;
}

std::optional<Finding> CheckState(const mc::State& state) {
  int64_t attempts = 0, held = 0;
  for (const auto& [id, job] : state.jobs) {
    if (!IsTerminal(job->state) && BudgetIsUsed(*job)) {
      return Finding{"a job ends once its budget is used", absl::StrCat("job ", id.value, " goes on")};
    }
    for (const auto& [pass_id, pass] : job->passes) {
      if (std::optional<Finding> finding = CheckPass(state, *job, pass, &attempts)) return finding;
    }
  }
  for (const auto& [name, worker] : state.cluster.workers()) held += static_cast<int64_t>(worker.leases.size());
  if (attempts != held) {
    return Finding{"blocks and workers agree on leases",
                   absl::StrCat("workers hold ", held, " leases, blocks have ", attempts, " attempts")};
  }
  return std::nullopt;
}

}  // namespace mote::sim
