// Blocks: the dyadic ranges of tasks that are leased, folded and committed.
//
// A pass of N tasks has the nodes [j·2^k, (j+1)·2^k) ∩ [0, N). They are the
// nodes of the reduction tree and the only ranges that can be leased, so any
// block's partial is a node of the tree whatever size of block was chosen.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <utility>
#include <vector>

namespace mote {

// Half-open range of task indices.
struct TaskRange {
  int64_t begin = 0;
  int64_t end = 0;

  int64_t size() const { return end - begin; }
  bool empty() const { return end <= begin; }
  auto operator<=>(const TaskRange&) const = default;
};

// Levels above this do not occur: 2^62 tasks is the largest pass.
inline constexpr int kLevelMax = 62;

struct Block {
  int level = 0;      // covers 2^level task indices
  int64_t index = 0;  // j: which one of that level

  int64_t begin() const { return index << level; }
  // End of the range in a pass of `task_count` tasks (the right edge is cut).
  int64_t end(int64_t task_count) const {
    // The shifted sum cannot overflow: begin ≤ 2^62 and 2^level ≤ 2^62.
    return std::min(task_count, begin() + (int64_t{1} << level));
  }
  TaskRange range(int64_t task_count) const { return {begin(), end(task_count)}; }
  int64_t size(int64_t task_count) const { return end(task_count) - begin(); }

  Block Parent() const { return {level + 1, index >> 1}; }
  Block Sibling() const { return {level, index ^ 1}; }
  Block Left() const { return {level - 1, index << 1}; }
  Block Right() const { return {level - 1, (index << 1) + 1}; }
  bool IsLeft() const { return (index & 1) == 0; }
  bool Contains(const Block& other) const {
    return other.level <= level && (other.index >> (level - other.level)) == index;
  }

  auto operator<=>(const Block&) const = default;
  template <class H>
  friend H AbslHashValue(H h, const Block& b) {
    return H::combine(std::move(h), b.level, b.index);
  }
};

// Level of the root of a pass: the smallest k with 2^k ≥ task_count.
int RootLevel(int64_t task_count);

// The largest aligned block that starts at `begin`, has at most 2^level_max
// indices and starts within the pass. It may reach past task_count (right edge).
Block LargestBlockAt(int64_t begin, int level_max, int64_t task_count);

// Cuts a range into its canonical nodes, in order: the unique shortest list of
// aligned blocks that covers it (at most 2·log2(size) of them).
//
// A range that ends at task_count may end in a node that reaches past it.
std::vector<Block> CanonicalNodes(TaskRange range, int64_t task_count);

}  // namespace mote
