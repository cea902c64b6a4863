#include "coordinator/core/output_loss.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "common/planted.h"
#include "common/subtree.h"
#include "coordinator/core/fold_tasks.h"

namespace mote::coordinator {
namespace {

// Of one event: a record of the journal has at most 64 KiB.
constexpr size_t kBlocksMax = 1024;
// So long a fold task waits for a slot where most of its inputs lie.
constexpr absl::Duration kPlacementPatience = absl::Milliseconds(200);

// The pass whose tree a fold task or a task that finishes reads; null: it reads none.
const Pass* SourceOf(const Job& job, const Pass& pass) {
  if (pass.folds) return &job.passes.at(pass.folds->pass);
  return pass.finishes ? &job.passes.at(*pass.finishes) : nullptr;
}

// Nodes of that tree.
std::vector<const Node*> InputsOf(const Job& job, const Pass& pass) {
  const Pass* source = SourceOf(job, pass);
  if (source == nullptr) return {};
  const Block whole = {RootLevel(source->spec->task_count), 0};
  return source->fold.Cover(pass.folds ? source->fold.Enclosing(pass.folds->block) : whole, Subtree::kNodesMax);
}

// Passes that read one of the lost nodes: they go, and are planned anew.
void StopReaders(Transaction& tx, const Job& job, const Pass& pass, const std::vector<Block>& lost) {
  for (const PassId reader : ReadersOf(pass, lost)) {
    for (const auto& [begin, leased] : job.passes.at(reader).blocks.leases()) {
      for (const Attempt& attempt : leased.attempts) tx.Revoke(job.id, reader, leased.block, attempt);
    }
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

}  // namespace

void LoseOutputsOf(Transaction& tx, const std::string& worker, const std::set<PassId>& kept) {
  if (MOTE_PLANTED(kOutputLostIgnored)) return;
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
    const auto has_it = [&](JobId id) { return state.FindJob(id)->passes.contains(pass); };
    if (std::any_of(state.active.begin(), state.active.end(), has_it)) over.erase(pass);
  }
  return {over.begin(), over.end()};
}

bool LoseInput(Transaction& tx, JobId id, PassId reader, const std::string& missing) {
  if (MOTE_PLANTED(kOutputLostIgnored)) return false;
  const Job& job = *tx.state.FindJob(id);
  const Pass& pass = job.passes.at(reader);
  for (const Node* node : InputsOf(job, pass)) {
    if (node->holder.empty() || !node->artifact || node->artifact->ToString() != missing) continue;
    const std::string worker = node->holder;
    const std::vector<Block> blocks = {node->block};
    Lose(tx, job, *SourceOf(job, pass), blocks, worker);
    return true;
  }
  return false;
}

std::vector<ArtifactLocation> LocationsOf(const State& state, const Job& job, const Pass& pass) {
  std::vector<ArtifactLocation> locations;
  for (const Node* node : InputsOf(job, pass)) {
    if (node->holder.empty()) continue;
    const Worker* holder = state.cluster.Find(node->holder);
    if (holder != nullptr) locations.push_back({*node->artifact, holder->blob_address});
  }
  return locations;
}

std::string AwayHolder(const State& state, const Job& job, const Pass& pass) {
  for (const Node* node : InputsOf(job, pass)) {
    if (node->holder.empty()) continue;
    const Worker* holder = state.cluster.Find(node->holder);
    if (holder == nullptr || !holder->session) return node->holder;
  }
  return "";
}

bool InputsAllow(const State& state, const Job& job, const Pass& pass, const Worker& worker, absl::Time now) {
  if (SourceOf(job, pass) == nullptr) return true;
  if (!AwayHolder(state, job, pass).empty()) return false;
  std::map<std::string, int64_t> bytes;
  for (const Node* node : InputsOf(job, pass)) {
    if (!node->holder.empty()) bytes[node->holder] += node->artifact->bytes;
  }
  // The clock may have been set back since.
  if (bytes.empty() || absl::AbsDuration(now - pass.planned) >= kPlacementPatience) return true;
  const auto most =
      std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const auto here = bytes.find(worker.name);
  if (here != bytes.end() && here->second == most->second) return true;
  return state.cluster.Find(most->first)->draining;
}

}  // namespace mote::coordinator
