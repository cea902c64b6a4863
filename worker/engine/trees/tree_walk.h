// A tree laid out for walks of many rows.
#pragma once

#include <cstdint>
#include <vector>

#include "worker/engine/trees/tree_records.h"

namespace mote::engine {

// Rows walk side by side, so that none waits for another's memory; which way one goes is
// no branch, and one that has come to its leaf stays there until all have.
//
// Refers to the tree's records. Thread-safe.
class TreeWalk {
 public:
  static constexpr int64_t kRows = 8;

  explicit TreeWalk(const TreeView& tree);

  // The leaves that kRows rows come to, as TreeView::Leaf. `bins`: of `features` features
  // each, row after row.
  void Leaves(const uint8_t* bins, int64_t features, const TreeRecord** leaves) const {
    uint32_t at[kRows] = {};
    for (int64_t level = 0; level < levels_; ++level) {
      for (int64_t i = 0; i < kRows; ++i) {
        const Node& node = nodes_[at[i]];
        at[i] = node.children[bins[i * features + node.feature] > node.bin ? 1 : 0];
      }
    }
    for (int64_t i = 0; i < kRows; ++i) leaves[i] = first_ + at[i];
  }

 private:
  struct Node {
    uint32_t children[2];  // left and right; of a leaf: itself
    uint16_t feature = 0;
    uint8_t bin = 0;
  };

  const TreeRecord* first_;  // the root
  std::vector<Node> nodes_;  // by record, from the root on
  int64_t levels_ = 0;       // splits above the deepest leaf
};

}  // namespace mote::engine
