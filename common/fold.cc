#include "common/fold.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/planted.h"
#include "common/status_macros.h"

namespace mote {
namespace {

// Parent's value of two siblings, left first.
absl::Status CombineNodes(Node& left, Node&& right, const Reducer& reducer, BlobSink& blobs) {
  left.block = left.block.Parent();
  if (right.absent()) return absl::OkStatus();
  if (left.absent()) {
    left.partial = std::move(right.partial);
    left.artifact = right.artifact;
    left.holder = std::move(right.holder);
    return absl::OkStatus();
  }
  return reducer.Combine(*left.partial, *right.partial, blobs);
}

// Both have a value and one of them is not here.
bool NeedsEngine(const Node& a, const Node& b) {
  return !a.absent() && !b.absent() && (a.artifact.has_value() || b.artifact.has_value());
}

}  // namespace

absl::Status Fold::Insert(Node node, const Reducer& reducer, BlobSink& blobs) {
  const auto bytes = [](const Node& n) { return n.partial ? static_cast<int64_t>(n.partial->size()) : 0; };
  const Block root{RootLevel(task_count_), 0};
  covered_ += node.block.size(task_count_);
  while (node.block.level < root.level) {
    const Block sibling = node.block.Sibling();
    if (node.block.IsLeft() && sibling.begin() >= task_count_) {
      node.block = node.block.Parent();  // right edge: the parent is its only child
      continue;
    }
    auto found = nodes_.find(sibling.begin());
    if (found == nodes_.end() || found->second.block != sibling || NeedsEngine(node, found->second)) break;
    partial_bytes_.Add(-bytes(found->second));
    references_ -= found->second.artifact.has_value();
    Node left = std::move(found->second), right = std::move(node);
    nodes_.erase(found);
    if (right.block.IsLeft() && !MOTE_PLANTED(kSiblingsInArrivalOrder)) std::swap(left, right);
    if (MOTE_PLANTED(kBlockFoldedTwice) && left.partial && right.partial) {
      MOTE_RETURN_IF_ERROR(reducer.Combine(*left.partial, *right.partial, blobs));
    }
    MOTE_RETURN_IF_ERROR(CombineNodes(left, std::move(right), reducer, blobs));
    node = std::move(left);
    if (node.partial.has_value()) MOTE_RETURN_IF_ERROR(reducer.Seal(*node.partial, blobs));
  }
  partial_bytes_.Add(bytes(node));
  references_ += node.artifact.has_value();
  nodes_.insert_or_assign(node.block.begin(), std::move(node));
  return absl::OkStatus();
}

bool Fold::complete() const { return covered_ == task_count_; }

bool Fold::whole() const { return complete() && nodes_.size() == 1 && !nodes_.begin()->second.artifact; }

const NodeValue& Fold::root() const { return nodes_.begin()->second.partial; }

std::vector<Node> Fold::nodes() const {
  std::vector<Node> nodes;
  nodes.reserve(nodes_.size());
  for (const auto& [begin, node] : nodes_) nodes.push_back(node);
  return nodes;
}

std::vector<const Node*> Fold::Cover(Block block, int64_t nodes_max) const {
  const int64_t end = block.end(task_count_);
  std::vector<const Node*> cover;
  int64_t next = block.begin();
  for (auto at = nodes_.lower_bound(next); next < end; ++at) {
    if (at == nodes_.end() || at->first != next || static_cast<int64_t>(cover.size()) == nodes_max) return {};
    cover.push_back(&at->second);
    next = at->second.block.end(task_count_);
  }
  if (next != end) return {};
  return cover;
}

Block Fold::Enclosing(Block block) const {
  auto at = nodes_.upper_bound(block.begin());
  if (at == nodes_.begin()) return block;
  const Block node = std::prev(at)->second.block;
  return node.Contains(block) ? node : block;
}

void Fold::Erase(std::map<int64_t, Node>::iterator node) {
  covered_ -= node->second.block.size(task_count_);
  if (node->second.partial) partial_bytes_.Add(-static_cast<int64_t>(node->second.partial->size()));
  references_ -= node->second.artifact.has_value();
  nodes_.erase(node);
}

absl::Status Fold::Replace(Node folded, const Reducer& reducer, BlobSink& blobs) {
  const int64_t begin = folded.block.begin(), end = folded.block.end(task_count_);
  const int64_t before = covered_;
  for (auto at = nodes_.lower_bound(begin); at != nodes_.end() && at->first < end; at = nodes_.lower_bound(begin)) {
    Erase(at);
  }
  if (before - covered_ != end - begin) {
    return absl::InvalidArgumentError("a folded node stands for tasks that were not all finished");
  }
  return Insert(std::move(folded), reducer, blobs);
}

absl::Status Fold::Remove(Block block) {
  const auto found = nodes_.find(block.begin());
  if (found == nodes_.end() || found->second.block != block) {
    return absl::FailedPreconditionError(absl::StrCat("no finished node begins at task ", block.begin()));
  }
  Erase(found);
  return absl::OkStatus();
}

// Combines in place on the stack: once per task, so moving nodes about would show.
absl::Status BlockFold::Push(NodeValue leaf, const Reducer& reducer, BlobSink& blobs) {
  Node& pushed = stack_.emplace_back();
  pushed.block = {0, next_};
  pushed.partial = std::move(leaf);
  ++next_;
  while (stack_.back().block.level < block_.level) {
    Node& node = stack_.back();
    if (node.block.IsLeft()) {
      if (node.block.Sibling().begin() < task_count_) break;
      node.block = node.block.Parent();
      continue;
    }
    const absl::Status status = CombineNodes(stack_[stack_.size() - 2], std::move(node), reducer, blobs);
    stack_.pop_back();
    if (!status.ok()) {
      stack_.pop_back();  // spoilt; the nodes before it are whole
      return status;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Node>> BlockFold::Take(const Reducer& reducer, BlobSink& blobs) {
  for (Node& node : stack_) {
    if (node.partial.has_value()) MOTE_RETURN_IF_ERROR(reducer.Seal(*node.partial, blobs));
  }
  return std::move(stack_);
}

}  // namespace mote
