#include "coordinator/core/fold_tasks.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/store_bytes.h"
#include "common/subtree.h"
#include "coordinator/core/pass_ids.h"

namespace mote::coordinator {
namespace {

static_assert(kFoldNodesMax <= Subtree::kNodesMax);

// Some part of the block is being folded already.
bool IsBeingFolded(const Pass& pass, Block block) {
  const int64_t end = block.end(pass.spec->task_count);
  auto at = pass.folding.upper_bound(block.begin());
  if (at != pass.folding.begin() && std::prev(at)->second.block.end(pass.spec->task_count) > block.begin()) return true;
  return at != pass.folding.end() && at->first < end;
}

// A small partial travels with the definition only if it is the only one.
Subtree::Entry EntryOf(const Node& node, bool is_alone, BlobSink& blobs) {
  Subtree::Entry entry{node.block, std::nullopt};
  if (node.artifact) {
    entry.value = Value{"", node.artifact};
  } else if (node.partial) {
    entry.value = is_alone ? StoreBytes(*node.partial, blobs) : Value{"", StoreArtifact(*node.partial, blobs)};
  }
  return entry;
}

absl::Status Plan(Transaction& tx, JobId job, const Pass& pass, Block block, const std::vector<const Node*>& nodes) {
  const Subtree subtree = SubtreeOf(pass, nodes, tx.blobs());
  PlannedPass fold;
  fold.pass = NextPassId(tx.state);
  fold.spec.kernel = "fold";
  MOTE_RETURN_IF_ERROR(WriteSubtree(subtree, &fold.spec));
  fold.spec.task_count = 1;
  fold.spec.reducer = pass.spec->reducer;
  fold.spec.reducer_parameters = pass.spec->reducer_parameters;
  fold.spec.finish = false;
  fold.spec.label = absl::StrCat("fold of tasks ", block.begin(), " to ", block.end(pass.spec->task_count) - 1);
  tx.EmitOf(pass, FoldPlanned{job, pass.id, block, std::move(fold), tx.now});
  return absl::OkStatus();
}

// What was folded is of no use any more where it is kept.
void ReleaseInputs(Transaction& tx, const Pass& pass, Block block) {
  for (const Node* node : pass.fold.Cover(pass.fold.Enclosing(block), Subtree::kNodesMax)) {
    const Worker* holder = node->holder.empty() ? nullptr : tx.state.cluster.Find(node->holder);
    if (holder == nullptr || !holder->session) continue;
    tx.Send(SendReleasePartial{*holder->session, pass.id, *node->artifact});
  }
}

absl::Status PlanBelow(Transaction& tx, JobId job, const Pass& pass, Block block) {
  if (block.begin() >= pass.spec->task_count) return absl::OkStatus();
  const std::vector<const Node*> nodes = pass.fold.Cover(block, kFoldNodesMax);
  if (nodes.size() == 1) return absl::OkStatus();
  if (!nodes.empty() && !IsBeingFolded(pass, block)) return Plan(tx, job, pass, block, nodes);
  const auto folding = pass.folding.find(block.begin());
  if (folding != pass.folding.end() && folding->second.block.Contains(block)) return absl::OkStatus();
  MOTE_RETURN_IF_ERROR(PlanBelow(tx, job, pass, block.Left()));
  return PlanBelow(tx, job, pass, block.Right());
}

}  // namespace

Subtree SubtreeOf(const Pass& pass, const std::vector<const Node*>& nodes, BlobSink& blobs) {
  Subtree subtree;
  subtree.reducer = pass.spec->reducer;
  subtree.reducer_parameters = pass.spec->reducer_parameters;
  subtree.task_count = pass.spec->task_count;
  for (const Node* node : nodes) subtree.entries.push_back(EntryOf(*node, nodes.size() == 1, blobs));
  return subtree;
}

absl::Status PlanFold(Transaction& tx, JobId job, PassId id, int64_t task, int64_t nodes_min) {
  const Pass* pass = tx.state.FindPass(job, id);
  if (pass == nullptr || pass->folds || !pass->broken.ok()) return absl::OkStatus();
  auto at = pass->fold.by_task().upper_bound(task);
  if (at == pass->fold.by_task().begin()) return absl::OkStatus();
  // Upwards while the subtree is complete and small enough: the highest is folded.
  Block block = std::prev(at)->second.block;
  if (IsBeingFolded(*pass, block)) return absl::OkStatus();
  std::vector<const Node*> nodes = {&std::prev(at)->second};
  const int root = RootLevel(pass->spec->task_count);
  for (Block above = block; above.level < root;) {
    above = above.Parent();
    std::vector<const Node*> cover = pass->fold.Cover(above, kFoldNodesMax);
    if (cover.empty() || IsBeingFolded(*pass, above)) break;
    block = above;
    nodes = std::move(cover);
  }
  if (static_cast<int64_t>(nodes.size()) < nodes_min) return absl::OkStatus();
  // The task that finishes the pass folds the last ones, unless one is to be moved.
  if (block.level == root && nodes_min > 1) return absl::OkStatus();
  return Plan(tx, job, *pass, block, nodes);
}

absl::Status PlanLastFolds(Transaction& tx, JobId job, const Pass& pass) {
  return PlanBelow(tx, job, pass, {RootLevel(pass.spec->task_count), 0});
}

absl::StatusOr<PassId> CompleteFold(Transaction& tx, JobId job, const Pass& fold) {
  const PassId folded = fold.folds->pass;
  const PassId id = fold.id;
  const int64_t task = fold.folds->block.begin();
  ReleaseInputs(tx, *tx.state.FindPass(job, folded), fold.folds->block);
  DropFromSessions(tx, id);
  tx.EmitOf(fold, SubtreeFolded{job, id, tx.now});
  MOTE_RETURN_IF_ERROR(PlanFold(tx, job, folded, task));
  return folded;
}

void DropFromSessions(Transaction& tx, PassId pass) {
  for (const auto& [name, worker] : tx.state.cluster.workers()) {
    if (!worker.session || !(worker.known_passes.contains(pass) || worker.holding.contains(pass))) continue;
    tx.Send(SendDropPass{*worker.session, pass});
    Worker& known = *tx.state.cluster.Find(name);
    known.known_passes.erase(pass);
    known.holding.erase(pass);
  }
}

}  // namespace mote::coordinator
