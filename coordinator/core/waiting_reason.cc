#include "coordinator/core/waiting_reason.h"

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "coordinator/core/capable.h"
#include "coordinator/core/heartbeat.h"
#include "coordinator/core/pinned_sites.h"
#include "coordinator/core/worker_inputs.h"

namespace mote::coordinator {
namespace {

// Times are told to a tenth of a second.
std::string Until(absl::Time end, absl::Time now) {
  return absl::FormatDuration(absl::Ceil(std::max(absl::ZeroDuration(), end - now), absl::Milliseconds(100)));
}

// From the slots' side; empty: some slot may take it.
std::string WhyNoSlot(const State& state, const Job& job, const Pass& pass, absl::Time now) {
  bool connected = false;
  std::string problem, distrusted;
  for (const auto& [name, worker] : state.cluster.workers()) {
    if (!worker.session || worker.draining) continue;
    if (!state.cluster.DistrustOf(name).empty()) {
      distrusted = name;
      continue;
    }
    connected = true;
    for (int i = 0; i < static_cast<int>(worker.slots.size()); ++i) {
      const Slot& slot = worker.slots[i];
      if (!MayRun(job, pass, worker, slot)) continue;
      if (slot.ready && !slot.health.excluded) return "";
      if (problem.empty()) problem = absl::StrCat("no slot is ready; on worker ", name, " ", ProblemOf(slot, i, now));
    }
  }
  if (!connected && !distrusted.empty()) {
    return absl::StrCat("only workers that gave wrong results are connected (", distrusted, ": ",
                        state.cluster.DistrustOf(distrusted), "); start a worker on another machine");
  }
  if (!connected) return "no worker is connected; start one with `mote-worker --coordinator HOST:PORT`";
  return problem.empty() ? WhyNoneIsCapable(state, job, pass) : problem;
}

// Empty: no block waits for a worker to decide between results.
std::string WhyDisputed(const Job& job, const Pass& pass) {
  const auto disputed =
      std::find_if(pass.held.begin(), pass.held.end(), [](const auto& held) { return held.second.disputed(); });
  if (disputed == pass.held.end()) return "";
  return absl::StrCat("stage ", job.stage_name(pass.stage), " has different results of task ", disputed->first,
                      " from ", disputed->second.values()[0].workers[0], " and ",
                      disputed->second.values()[1].workers[0],
                      "; another worker must decide: start one of the same numeric class");
}

// Empty: everyone who alone has an input is there.
std::string WhyHolderIsAway(const State& state, const Job& job, const Pass& pass, absl::Time now) {
  const std::string name = AwayHolder(state, job, pass);
  if (name.empty()) return "";
  const Worker* holder = state.cluster.Find(name);
  const absl::Time until = holder == nullptr ? now : holder->last_heard + SilenceLimit(state, *holder);
  return absl::StrCat("worker ", name, " is away and alone has a partial that stage ", job.stage_name(pass.stage),
                      " reads; if it is not back in ", Until(until, now), ", the partial is computed again");
}

// From the work's side: slots may take it, and none has.
std::string WhyNotTaken(const Job& job, const Pass& pass, absl::Time now) {
  // Also when blocks are pending: the window of leases may be full of such.
  if (pass.blocks.awaited() > 0) {
    std::string disputed = WhyDisputed(job, pass);
    if (!disputed.empty()) return disputed;
    return "a worker that has not run a block yet must verify it, and each such is busy or not ready";
  }
  const bool backs_off = !pass.blocks.Next(now, 0, std::numeric_limits<int64_t>::max());
  if (backs_off) {
    return absl::StrCat("what failed is tried again in ", Until(pass.blocks.next_ready(), now));
  }
  return "every slot that may run it is busy with other work; add workers, or give this job a higher `priority`";
}

std::string WhyDiskIsLow(const DiskState& disk) {
  return absl::StrCat("the coordinator's disk has ", disk.free_bytes >> 20, " MiB free, below the reserve of ",
                      disk.reserve_bytes >> 20, " MiB: free space there; nothing new is leased until then");
}

// Of the passes that `concerns` picks: empty while one of their tasks runs.
std::string WhyPassesWait(const State& state, const Job& job, absl::Time now,
                          absl::FunctionRef<bool(const Pass&)> concerns) {
  std::string reason;
  for (const auto& [id, pass] : job.passes) {
    if (!concerns(pass)) continue;
    if (std::string away = WhySiteIsAway(state, job, pass, now); !away.empty()) return away;
    const bool wanted = pass.blocks.pending() + pass.blocks.awaited() > 0;
    if (wanted && state.disk_low) return WhyDiskIsLow(*state.disk_low);
    const bool running = std::any_of(pass.blocks.leases().begin(), pass.blocks.leases().end(),
                                     [](const auto& leased) { return !leased.second.attempts.empty(); });
    if (running) return "";
    if (pass.blocks.pending() == 0 && reason.empty()) reason = WhyDisputed(job, pass);
    if (!wanted || !reason.empty()) continue;
    reason = WhyHolderIsAway(state, job, pass, now);
    if (reason.empty()) reason = WhyNoSlot(state, job, pass, now);
    if (reason.empty()) reason = WhyNotTaken(job, pass, now);
  }
  return reason;
}

std::string WhyInputsAreMissing(const Job& job, int stage) {
  std::vector<std::string> missing;
  std::set<int> seen;
  for (const int other : job.admitted.stages[stage].after) {
    const StageRun& run = job.stages[other];
    if (run.state == StageState::kComplete || !seen.insert(other).second) continue;
    const std::string& name = job.stage_name(other);
    missing.push_back(run.state == StageState::kRunning
                          ? absl::StrCat(name, " (", run.tasks_committed, " of ", run.tasks_total, " tasks so far)")
                          : name);
  }
  return missing.empty() ? "" : absl::StrCat("for ", absl::StrJoin(missing, ", "));
}

}  // namespace

std::string ProblemOf(const Slot& slot, int index, absl::Time now) {
  const SlotHealth& health = slot.health;
  if (!slot.ready) {
    return absl::StrCat("slot ", index, " is not ready",
                        slot.not_ready_reason.empty() ? ": its engine is starting" : ": ", slot.not_ready_reason);
  }
  const std::string row = absl::StrCat(health.failures, " attempts in a row (the last: ", health.cause, ")");
  if (health.excluded) {
    return absl::StrCat("slot ", index, " is excluded for another ", Until(health.excluded_until, now), ": it failed ",
                        row, " at what other slots did");
  }
  if (health.last_resort) {
    return absl::StrCat("slot ", index, " failed ", row, " and is used only because no other slot can run this work");
  }
  if (health.on_probation()) return absl::StrCat("slot ", index, " is on probation: it failed ", row);
  return "";
}

std::string WaitingReason(const State& state, const Job& job, absl::Time now) {
  if (IsTerminal(job.state)) return "";
  return WhyPassesWait(state, job, now, [](const Pass&) { return true; });
}

std::string StageWaitingReason(const State& state, const Job& job, int stage, absl::Time now) {
  if (IsTerminal(job.state)) return "";
  if (job.stages[stage].state == StageState::kWaiting) return WhyInputsAreMissing(job, stage);
  return WhyPassesWait(state, job, now, [stage](const Pass& pass) { return pass.stage == stage; });
}

}  // namespace mote::coordinator
