// The reduction tree over the tasks of one pass.
//
// A node is Combine(left, right), in that order. A parent with one present child
// is that child: this covers the right edge and absent tasks, and nothing is ever
// filled with zero. So the root's bits depend on N and the leaves alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/artifact.h"
#include "common/block.h"
#include "common/reducer.h"
#include "common/shared_count.h"

namespace mote {

// nullopt: every task below the node is absent.
using NodeValue = std::optional<std::string>;

struct Node {
  Block block;
  NodeValue partial;
  // Where the partial lies when it is too large to travel; `partial` is empty then.
  std::optional<ArtifactRef> artifact = std::nullopt;
  // Name of the worker that alone has the artifact; empty: the coordinator's store.
  std::string holder = {};

  // Whether the partial lies in the coordinator's store.
  bool in_store() const { return artifact.has_value() && holder.empty(); }
  bool absent() const { return !partial.has_value() && !artifact.has_value(); }
  bool operator==(const Node&) const = default;
};

// Folds nodes that arrive in any order (the coordinator's side).
//
// Keeps only the maximal finished nodes. Nodes that are here by reference alone are
// kept as they are: only an engine can combine them (kernel "fold").
// Not thread-safe.
class Fold {
 public:
  // `task_count` ≥ 1. `bytes`: where partial_bytes() is counted, so that several folds
  // have a total.
  explicit Fold(int64_t task_count, SharedCount bytes = SharedCount())
      : task_count_(task_count), partial_bytes_(std::move(bytes)) {}

  // Adds a node whose tasks were not added before and combines upwards as far as
  // siblings allow, sealing what was combined. On an error of Combine or Seal the
  // fold is spoilt and must not be used.
  absl::Status Insert(Node node, const Reducer& reducer, BlobSink& blobs);

  // True when every task is accounted for.
  bool complete() const;
  // True when it is complete and no reference kept nodes apart: the root is here.
  bool whole() const;
  // The root's value. Requires whole().
  const NodeValue& root() const;
  // The finished maximal nodes, by first task.
  std::vector<Node> nodes() const;
  const std::map<int64_t, Node>& by_task() const { return nodes_; }
  // The maximal nodes below `block`, in order, when there are at most `nodes_max` and
  // they account for all of its tasks; empty otherwise. Valid until the next change.
  std::vector<const Node*> Cover(Block block, int64_t nodes_max) const;
  // The maximal node that `block` lies in, or `block` itself: the node of a block grows
  // where the tasks beside it turn out to be absent.
  Block Enclosing(Block block) const;
  // Puts the value of a node in the place of all that is below it, which must account
  // for all of its tasks. Errors as Insert's.
  absl::Status Replace(Node folded, const Reducer& reducer, BlobSink& blobs);
  // Takes a maximal node out again: its tasks are to be done anew.
  //
  // FailedPrecondition: there is no such node.
  absl::Status Remove(Block block);
  // Of the values that are here.
  int64_t partial_bytes() const { return partial_bytes_.held(); }
  // Nodes whose value is not here.
  int64_t references() const { return references_; }

 private:
  void Erase(std::map<int64_t, Node>::iterator node);

  int64_t task_count_;
  int64_t covered_ = 0;            // tasks accounted for
  std::map<int64_t, Node> nodes_;  // by first task
  SharedCount partial_bytes_;
  int64_t references_ = 0;
};

// Folds the tasks of one block in order (the engine's side): a binary counter.
// Not thread-safe.
class BlockFold {
 public:
  BlockFold(Block block, int64_t task_count) : block_(block), task_count_(task_count), next_(block.begin()) {}

  // The next task's partial; nullopt when it is absent.
  absl::Status Push(NodeValue leaf, const Reducer& reducer, BlobSink& blobs);
  int64_t next_task() const { return next_; }
  // The canonical nodes of [begin, next_task), in order, sealed; the fold is spent.
  // Errors as Reducer::Seal.
  absl::StatusOr<std::vector<Node>> Take(const Reducer& reducer, BlobSink& blobs);

 private:
  Block block_;
  int64_t task_count_;
  int64_t next_;
  std::vector<Node> stack_;  // levels fall from bottom to top
};

}  // namespace mote
