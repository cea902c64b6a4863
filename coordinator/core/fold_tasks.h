// Folding partials that are too large to travel: leased tasks of their own.
//
//   reference  a node of the tree whose partial lies in a store, not here
//   fold task  the only task of a pass with the kernel "fold": it combines the nodes
//              of a subtree into one, in the order of the tree
//
// A subtree is folded as soon as all its tasks are done and it has enough nodes, so
// folding goes on while the pass computes; the task that finishes the pass folds what
// is left, if that is not too much (core/complete_pass.h). No task gets more than a few
// nodes, so a pass may have any number of blocks.
#pragma once

#include <vector>

#include "common/subtree.h"
#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// Nodes that make a fold task worth it: a partial is read and written log8(blocks)
// times, not log2.
inline constexpr int64_t kFoldNodesMin = 8;

// Nodes of one task: few enough that the last folds of a pass occupy several slots.
inline constexpr int64_t kFoldNodesMax = 16;

// What the task that folds these nodes of the pass's tree reads. Small partials, which
// lie here, go into `blobs`, unless one is the only node.
Subtree SubtreeOf(const Pass& pass, const std::vector<const Node*>& nodes, BlobSink& blobs);

// Plans the fold task that the finished tasks from `task` on have made possible, if
// any. Call after a commit of references. With `nodes_min` 1 also the node alone: its
// value then lies where the task was run.
//
// InvalidArgument: the reducer's parameters cannot be read.
absl::Status PlanFold(Transaction& tx, JobId job, PassId pass, int64_t task, int64_t nodes_min = kFoldNodesMin);

// Every task is done, but more nodes are apart than one task may fold: plans the fold
// tasks that bring them together. Errors as PlanFold's.
absl::Status PlanLastFolds(Transaction& tx, JobId job, const Pass& pass);

// A fold task is done: its value stands in the tree for what it folded. Returns the
// pass whose tree that is. Errors as Reducer::Combine's.
absl::StatusOr<PassId> CompleteFold(Transaction& tx, JobId job, const Pass& fold);

// Sessions may forget a pass that is over, and what they keep of it.
void DropFromSessions(Transaction& tx, PassId pass);

}  // namespace mote::coordinator
