#include "tests/sim/fingerprint.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/sim/iteration.h"

namespace mote::sim {
namespace {

namespace mc = ::mote::coordinator;

void AppendPass(const mc::Pass& pass, std::string* out) {
  absl::StrAppend(out, "  pass ", pass.id.value, " settled ", pass.blocks.settled(), " leased ", pass.blocks.leased(),
                  " first ", pass.blocks.first_unsettled(), " absent ", pass.absent_count, " generation ",
                  pass.generation, "\n");
  for (const auto& [begin, folding] : pass.folding) {
    absl::StrAppend(out, "    folded ", begin, " level ", folding.block.level, " by ", folding.pass.value, "\n");
  }
  for (const auto& [begin, lease] : pass.blocks.leases()) {
    absl::StrAppend(out, "    leased ", begin, " level ", lease.block.level);
    for (const mc::Attempt& a : lease.attempts) absl::StrAppend(out, " ", a.worker, "#", a.number, "@", a.epoch.value);
    absl::StrAppend(out, "\n");
  }
  for (const auto& [begin, held] : pass.held) {
    absl::StrAppend(out, "    held ", begin);
    for (const mc::HeldValue& value : held.values()) {
      absl::StrAppend(out, " ", value.digest.Hex());
      for (const std::string& worker : value.workers) absl::StrAppend(out, " ", worker);
    }
    absl::StrAppend(out, "\n");
  }
  for (const Node& node : pass.fold.nodes()) {
    absl::StrAppend(out, "    node ", node.block.begin(), " level ", node.block.level, " ",
                    node.partial    ? Sha256(*node.partial).Hex()
                    : node.artifact ? absl::StrCat(node.artifact->ToString(), " at ", node.holder)
                                    : "absent",
                    "\n");
  }
  if (!pass.held_absent.empty()) {
    absl::StrAppend(out, "    held absent ", absl::StrJoin(pass.held_absent, " "), "\n");
  }
}

}  // namespace

std::string Fingerprint(const mc::State& state) {
  std::string out = absl::StrCat("epoch ", state.epoch.value, " next job ", state.next_job, "\n");
  for (const auto& [id, job] : state.jobs) {
    // That a volatile lease was granted is not in the journal: it may look pending again.
    const bool running = !IsTerminal(job->state);
    absl::StrAppend(&out, "job ", id.value, " state ", running ? "running" : absl::StrCat(static_cast<int>(job->state)),
                    " absent ", job->absent_count, " retries ", job->retries, " used before ",
                    absl::ToInt64Nanoseconds(job->used_before_retry.device_time), "\n");
    for (const auto& [worker, reason] : job->distrusted) {
      absl::StrAppend(&out, " distrusted ", worker, " ", reason, "\n");
    }
    for (size_t i = 0; i < job->stages.size(); ++i) {
      const mc::StageRun& stage = job->stages[i];
      absl::StrAppend(&out, " stage state ", static_cast<int>(stage.state), " absent ", stage.absent_count, " outputs ",
                      stage.outputs.size(), " reused from ", stage.reused_from.value_or(JobId{}).value, "\n");
      // Between two checkpoints an iteration is ahead of its journal.
      if (job->admitted.stages[i].spec.operation == kIterate) continue;
      absl::StrAppend(&out, "  committed ", stage.tasks_committed, " lost ", stage.cost.attempts_lost, " tasks lost ",
                      stage.cost.tasks_lost, " failed ", job->story.failed(), " memo ", stage.memo, " kept ",
                      stage.kept.size(), "\n");
    }
    for (const auto& [pass_id, pass] : job->passes) {
      if (!pass.is_volatile) AppendPass(pass, &out);
    }
  }
  return out;
}

}  // namespace mote::sim
