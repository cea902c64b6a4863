#include "coordinator/core/output_loss.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "common/planted.h"
#include "coordinator/core/apart.h"
#include "coordinator/core/checkpoint.h"
#include "coordinator/core/fold_tasks.h"
#include "coordinator/core/worker_inputs.h"

namespace mote::coordinator {
namespace {

// Of one event: a record of the journal has at most 64 KiB.
constexpr size_t kBlocksMax = 1024;
// Passes that read one of the lost nodes: they go, and are planned anew.
void StopReaders(Transaction& tx, const Job& job, const Pass& pass, const std::vector<Block>& lost) {
  for (const PassId reader : ReadersOf(pass, lost)) {
    tx.RevokeAll(job.id, job.passes.at(reader));
    DropFromSessions(tx, reader);
  }
}

void Lose(Transaction& tx, const Job& job, const Pass& pass, const std::vector<Block>& blocks,
          const std::string& worker) {
  StopReaders(tx, job, pass, blocks);
  for (size_t at = 0; at < blocks.size(); at += kBlocksMax) {
    const auto begin = blocks.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(kBlocksMax, blocks.size() - at));
    tx.EmitOf(pass, OutputLost{job.id, pass.id, {begin, end}, pass.generation + 1, worker, tx.now});
  }
}

// Loses what the pass has at `worker` alone. False: nothing.
bool LoseOutputsOf(Transaction& tx, const Job& job, PassId id, const std::string& worker) {
  const Pass* pass = tx.state.FindPass(job.id, id);
  if (pass == nullptr || pass->result) return false;
  std::vector<Block> blocks;
  for (const auto& [begin, node] : pass->fold.by_task()) {
    if (node.holder == worker) blocks.push_back(node.block);
  }
  for (const auto& [begin, held] : pass->held) {
    if (held.AnyKeptAt(worker)) blocks.push_back(pass->blocks.leases().at(begin).block);
  }
  if (!blocks.empty()) Lose(tx, job, *pass, blocks, worker);
  return !blocks.empty();
}

// Stages go back whose steps refer to what was apart at `worker`.
void GoBackWithout(Transaction& tx, const std::string& worker, const std::set<PassId>& kept) {
  for (const JobId id : tx.state.active) {
    const Job& job = *tx.state.FindJob(id);
    for (int stage = 0; stage < static_cast<int>(job.stages.size()); ++stage) {
      const auto& apart = job.stages[stage].apart;
      const bool is_lost = std::any_of(apart.begin(), apart.end(), [&](const auto& entry) {
        return entry.second.holder == worker && !kept.contains(entry.second.pass);
      });
      if (is_lost) GoBack(tx, id, stage);
    }
  }
}

}  // namespace

void LoseOutputsOf(Transaction& tx, const std::string& worker, const std::set<PassId>& kept) {
  if (MOTE_PLANTED(kOutputLostIgnored)) return;
  GoBackWithout(tx, worker, kept);
  std::vector<std::pair<JobId, PassId>> passes;
  for (const JobId id : tx.state.active) {
    for (const auto& [pass, unused] : tx.state.FindJob(id)->passes) {
      if (!kept.contains(pass)) passes.emplace_back(id, pass);
    }
  }
  std::set<JobId> changed;
  for (const auto& [job, pass] : passes) {
    if (LoseOutputsOf(tx, *tx.state.FindJob(job), pass, worker)) changed.insert(job);
  }
  for (const JobId job : changed) tx.Send(JobChanged{job});
}

void ExpectHolders(State& state) {
  const auto expect = [&](const Node& node) {
    if (!node.holder.empty()) state.cluster.Expect(node.holder);
  };
  for (const JobId id : state.active) {
    for (const auto& [pass_id, pass] : state.FindJob(id)->passes) {
      for (const auto& [begin, node] : pass.fold.by_task()) expect(node);
      for (const auto& [begin, held] : pass.held) {
        for (const HeldValue& value : held.values()) std::for_each(value.nodes.begin(), value.nodes.end(), expect);
      }
    }
  }
}

std::vector<PassId> PassesOver(const State& state, const std::vector<PassId>& passes) {
  std::set<PassId> over(passes.begin(), passes.end());
  for (const PassId pass : passes) {
    const auto has_it = [&](JobId id) {
      const Job& job = *state.FindJob(id);
      return job.passes.contains(pass) ||
             std::any_of(job.stages.begin(), job.stages.end(),
                         [pass](const StageRun& run) { return PassesApart(run).contains(pass); });
    };
    if (std::any_of(state.active.begin(), state.active.end(), has_it)) over.erase(pass);
  }
  return {over.begin(), over.end()};
}

bool LoseInput(Transaction& tx, JobId id, PassId reader, const std::string& missing) {
  if (MOTE_PLANTED(kOutputLostIgnored)) return false;
  const Job& job = *tx.state.FindJob(id);
  const Pass& pass = job.passes.at(reader);
  for (const Node* node : TreeInputs(job, pass)) {
    if (node->holder.empty() || !node->artifact || node->artifact->ToString() != missing) continue;
    const std::string worker = node->holder;
    const std::vector<Block> blocks = {node->block};
    Lose(tx, job, *SourceOf(job, pass), blocks, worker);
    return true;
  }
  const auto& apart = job.stages[pass.stage].apart;
  const bool is_apart =
      std::any_of(apart.begin(), apart.end(), [&](const auto& entry) { return entry.first.ToString() == missing; });
  if (is_apart) GoBack(tx, id, pass.stage);
  return is_apart;
}

}  // namespace mote::coordinator
