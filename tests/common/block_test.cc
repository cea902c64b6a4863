#include "common/block.h"

#include <gtest/gtest.h>

#include <numeric>

namespace mote {
namespace {

TEST(RootLevel, IsTheSmallestPowerOfTwoThatHoldsAllTasks) {
  EXPECT_EQ(RootLevel(1), 0);
  EXPECT_EQ(RootLevel(2), 1);
  EXPECT_EQ(RootLevel(3), 2);
  EXPECT_EQ(RootLevel(4), 2);
  EXPECT_EQ(RootLevel(5), 3);
  EXPECT_EQ(RootLevel(int64_t{1} << 62), 62);
}

TEST(Block, RightEdgeIsCutAtTheTaskCount) {
  const Block block{2, 1};
  EXPECT_EQ(block.range(100), (TaskRange{4, 8}));
  EXPECT_EQ(block.range(6), (TaskRange{4, 6}));
  EXPECT_EQ(block.size(6), 2);
}

TEST(Block, LargestPossibleBlockDoesNotOverflow) {
  const int64_t tasks = int64_t{1} << 62;
  EXPECT_EQ((Block{62, 0}.range(tasks)), (TaskRange{0, tasks}));
  EXPECT_EQ((Block{61, 1}.range(tasks)), (TaskRange{tasks / 2, tasks}));
}

TEST(Block, ChildrenAreSiblingsInsideTheirParent) {
  const Block block{3, 5};
  EXPECT_EQ(block.Left().Sibling(), block.Right());
  EXPECT_EQ(block.Left().Parent(), block);
  EXPECT_EQ(block.Right().Parent(), block);
  EXPECT_TRUE(block.Left().IsLeft());
  EXPECT_FALSE(block.Right().IsLeft());
  EXPECT_TRUE(block.Contains(block.Right()));
  EXPECT_FALSE(block.Left().Contains(block));
  EXPECT_FALSE(block.Left().Contains(block.Right()));
}

TEST(LargestBlockAt, IsBoundedByAlignmentLevelAndRoot) {
  EXPECT_EQ(LargestBlockAt(0, 10, 100), (Block{7, 0}));   // the root
  EXPECT_EQ(LargestBlockAt(0, 3, 100), (Block{3, 0}));    // the level
  EXPECT_EQ(LargestBlockAt(12, 10, 100), (Block{2, 3}));  // the alignment
  EXPECT_EQ(LargestBlockAt(5, 10, 100), (Block{0, 5}));
}

// Every range of every small pass: covered in order, without gap or overlap, and by
// nodes of which no two siblings could be one.
TEST(CanonicalNodes, CoverEachRangeWithTheFewestBlocks) {
  for (int64_t tasks = 1; tasks <= 21; ++tasks) {
    for (int64_t begin = 0; begin < tasks; ++begin) {
      for (int64_t end = begin + 1; end <= tasks; ++end) {
        const std::vector<Block> nodes = CanonicalNodes({begin, end}, tasks);
        int64_t at = begin;
        for (size_t i = 0; i < nodes.size(); ++i) {
          ASSERT_EQ(nodes[i].begin(), at);
          at = nodes[i].end(tasks);
          if (i > 0) {
            ASSERT_FALSE(nodes[i].level == nodes[i - 1].level && nodes[i] == nodes[i - 1].Sibling() &&
                         !nodes[i].IsLeft());
          }
        }
        ASSERT_EQ(at, end) << "[" << begin << ", " << end << ") of " << tasks;
      }
    }
  }
}

TEST(CanonicalNodes, WholePassIsItsRootAlone) {
  EXPECT_EQ(CanonicalNodes({0, 5}, 5), (std::vector<Block>{{3, 0}}));
  EXPECT_EQ(CanonicalNodes({0, 1}, 1), (std::vector<Block>{{0, 0}}));
}

TEST(CanonicalNodes, EmptyRangeHasNone) { EXPECT_TRUE(CanonicalNodes({3, 3}, 8).empty()); }

TEST(CanonicalNodes, LargeRangesNeedTwoNodesALevelAtMost) {
  const int64_t tasks = int64_t{1} << 40;
  EXPECT_LE(CanonicalNodes({1, tasks - 1}, tasks).size(), 80u);
}

}  // namespace
}  // namespace mote
