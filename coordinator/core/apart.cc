#include "coordinator/core/apart.h"

#include <algorithm>

namespace mote::coordinator {
namespace {

bool IsKeptBySomeone(const State& state, const Node& node) {
  const Worker* holder = node.holder.empty() ? nullptr : state.cluster.Find(node.holder);
  return holder != nullptr && holder->session && !holder->draining;
}

}  // namespace

bool StaysApart(const State& state, const Job& job, const Pass& pass, const std::vector<const Node*>& nodes,
                absl::Time now) {
  if (!pass.spec->may_stay_apart || !pass.is_volatile || nodes.size() > kApartNodesMax) return false;
  // An absent task is journalled, and its step with it.
  if (job.admitted.stages[pass.stage].spec.on_bad_task == TaskPolicy::kQuarantine) return false;
  if (now - job.stages[pass.stage].last_checkpoint >= state.options.checkpoint_interval) return false;
  return std::all_of(nodes.begin(), nodes.end(), [&](const Node* node) { return IsKeptBySomeone(state, *node); });
}

std::set<PassId> PassesApart(const StageRun& stage) {
  std::set<PassId> passes;
  for (const auto& [artifact, node] : stage.apart) passes.insert(node.pass);
  return passes;
}

void AddApart(StageRun& stage, PassId pass, const std::vector<Node>& nodes) {
  for (const Node& node : nodes) stage.apart.try_emplace(*node.artifact, ApartNode{pass, node.holder});
}

void KeepApart(StageRun& stage, const std::vector<ArtifactRef>& needed) {
  std::erase_if(stage.apart, [&](const auto& entry) {
    return std::find(needed.begin(), needed.end(), entry.first) == needed.end();
  });
}

}  // namespace mote::coordinator
