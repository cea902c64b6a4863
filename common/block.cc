#include "common/block.h"

#include <bit>

namespace mote {

int RootLevel(int64_t task_count) {
  if (task_count <= 1) return 0;
  return std::bit_width(static_cast<uint64_t>(task_count - 1));
}

Block LargestBlockAt(int64_t begin, int level_max, int64_t task_count) {
  const int alignment = begin == 0 ? kLevelMax : std::countr_zero(static_cast<uint64_t>(begin));
  const int level = std::min({level_max, alignment, RootLevel(task_count)});
  return {level, begin >> level};
}

std::vector<Block> CanonicalNodes(TaskRange range, int64_t task_count) {
  std::vector<Block> nodes;
  int64_t at = range.begin;
  while (at < range.end) {
    Block node = LargestBlockAt(at, kLevelMax, task_count);
    while (node.end(task_count) > range.end) node = node.Left();
    nodes.push_back(node);
    at = node.end(task_count);
  }
  return nodes;
}

}  // namespace mote
