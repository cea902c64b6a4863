#include "worker/engine/trees/tree_walk.h"

#include <algorithm>

namespace mote::engine {

// The tree was checked when it was read: ReadTrees.
TreeWalk::TreeWalk(const TreeView& tree) : first_(tree.records + tree.root), nodes_(tree.count - tree.root) {
  std::vector<int64_t> depths(nodes_.size());
  for (uint32_t i = 0; i < nodes_.size();) {  // children come after their parent
    const TreeRecord& record = first_[i];
    Node& node = nodes_[i];
    levels_ = std::max(levels_, depths[i]);
    if (record.kind == RecordKind::kLeaf) {
      node = {{i, i}, 0, 0};
      i += 1 + PayloadRecords(tree.outputs);
      continue;
    }
    node = {{i + 1, record.next - tree.root}, record.feature, record.bin};
    for (const uint32_t child : node.children) depths[child] = std::max(depths[child], depths[i] + 1);
    ++i;
  }
}

}  // namespace mote::engine
