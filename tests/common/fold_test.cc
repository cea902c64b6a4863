#include "common/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/common/fakes.h"

namespace mote {
namespace {

using Absent = std::set<int64_t>;

std::string Letter(int64_t task) { return std::string(1, static_cast<char>('a' + task % 26)); }

NodeValue Leaf(int64_t task, const Absent& absent) {
  return absent.contains(task) ? NodeValue() : NodeValue(Letter(task));
}

// The tree as the design defines it, written down directly: a parent with one
// present child is that child.
NodeValue Reference(Block block, int64_t tasks, const Absent& absent) {
  if (block.begin() >= tasks) return std::nullopt;
  if (block.level == 0) return Leaf(block.begin(), absent);
  const NodeValue left = Reference(block.Left(), tasks, absent);
  const NodeValue right = Reference(block.Right(), tasks, absent);
  if (left && right) return absl::StrCat("(", *left, *right, ")");
  return left ? left : right;
}

NodeValue ReferenceRoot(int64_t tasks, const Absent& absent) { return Reference({RootLevel(tasks), 0}, tasks, absent); }

// What an engine reports for the first `count` tasks of a block.
std::vector<Node> RunBlock(Block block, int64_t tasks, int64_t count, const Absent& absent) {
  BlockFold fold(block, tasks);
  MemoryBlobs blobs;
  for (int64_t i = 0; i < count; ++i) {
    EXPECT_TRUE(fold.Push(Leaf(fold.next_task(), absent), ShapeReducer(), blobs).ok());
  }
  absl::StatusOr<std::vector<Node>> nodes = fold.Take(ShapeReducer(), blobs);
  EXPECT_TRUE(nodes.ok()) << nodes.status();
  return *std::move(nodes);
}

// Cuts a pass into blocks of at most 2^level_max tasks, at random.
std::vector<Block> RandomBlocks(int64_t tasks, int level_max, std::mt19937& random) {
  std::vector<Block> blocks;
  for (int64_t at = 0; at < tasks; at = blocks.back().end(tasks)) {
    const int level = std::uniform_int_distribution<int>(0, level_max)(random);
    blocks.push_back(LargestBlockAt(at, level, tasks));
  }
  return blocks;
}

TEST(Fold, FiveTasksCombineAsTheDyadicTreeSays) {
  EXPECT_EQ(ReferenceRoot(5, {}), "(((ab)(cd))e)");
  EXPECT_EQ(RunBlock({3, 0}, 5, 5, {}), (std::vector<Node>{{{3, 0}, "(((ab)(cd))e)"}}));
}

TEST(Fold, AbsentTasksLeaveTheirSiblingAlone) {
  EXPECT_EQ(ReferenceRoot(4, {1}), "(a(cd))");
  EXPECT_EQ(RunBlock({2, 0}, 4, 4, {1}), (std::vector<Node>{{{2, 0}, "(a(cd))"}}));
}

TEST(Fold, AnyBlockSizesInAnyOrderGiveTheSameRoot) {
  std::mt19937 random(7);
  const ShapeReducer reducer;
  for (int64_t tasks = 1; tasks <= 40; ++tasks) {
    for (int round = 0; round < 20; ++round) {
      Absent absent;
      for (int64_t task = 0; task < tasks; ++task) {
        if (random() % 4 == 0) absent.insert(task);
      }
      std::vector<Block> blocks = RandomBlocks(tasks, RootLevel(tasks), random);
      std::shuffle(blocks.begin(), blocks.end(), random);
      Fold fold(tasks);
      MemoryBlobs blobs;
      for (const Block& block : blocks) {
        ASSERT_FALSE(fold.complete());
        for (Node& node : RunBlock(block, tasks, block.size(tasks), absent)) {
          ASSERT_TRUE(fold.Insert(std::move(node), reducer, blobs).ok());
        }
      }
      ASSERT_TRUE(fold.complete());
      ASSERT_EQ(fold.root(), ReferenceRoot(tasks, absent)) << tasks << " tasks";
    }
  }
}

TEST(Fold, PrefixesOfBlocksGiveTheSameRoot) {
  const int64_t tasks = 13;
  const Block block{3, 0};
  for (int64_t done = 0; done <= 8; ++done) {
    Fold fold(tasks);
    MemoryBlobs blobs;
    std::vector<Node> nodes = RunBlock(block, tasks, done, {});
    for (const Block& rest : CanonicalNodes({done, tasks}, tasks)) {
      for (Node& node : RunBlock(rest, tasks, rest.size(tasks), {})) nodes.push_back(std::move(node));
    }
    std::reverse(nodes.begin(), nodes.end());
    for (Node& node : nodes) ASSERT_TRUE(fold.Insert(std::move(node), ShapeReducer(), blobs).ok());
    ASSERT_TRUE(fold.complete());
    EXPECT_EQ(fold.root(), ReferenceRoot(tasks, {})) << "prefix of " << done;
  }
}

TEST(Fold, AllTasksAbsentIsCompleteWithoutAValue) {
  Fold fold(3);
  MemoryBlobs blobs;
  ASSERT_TRUE(fold.Insert({{1, 0}, std::nullopt}, ShapeReducer(), blobs).ok());
  ASSERT_TRUE(fold.Insert({{1, 1}, std::nullopt}, ShapeReducer(), blobs).ok());
  ASSERT_TRUE(fold.complete());
  EXPECT_EQ(fold.root(), std::nullopt);
}

TEST(Fold, ReferencesStayApartAndAnyOrderGivesTheSameNodes) {
  const ArtifactRef left{Sha256("left"), 100'000, false}, right{Sha256("right"), 100'000, false};
  std::vector<Node> arrivals = {{{1, 0}, std::nullopt, left}, {{1, 1}, std::nullopt, right}, {{0, 4}, "e"}};
  do {
    Fold fold(5);
    MemoryBlobs blobs;
    for (const Node& node : arrivals) {
      EXPECT_FALSE(fold.complete());
      ASSERT_TRUE(fold.Insert(node, ShapeReducer(), blobs).ok());
    }
    EXPECT_TRUE(fold.complete());
    EXPECT_FALSE(fold.whole());
    ASSERT_EQ(fold.nodes().size(), 3u);
    EXPECT_EQ(fold.nodes()[0].artifact, left);
    EXPECT_EQ(fold.nodes()[1].artifact, right);
    EXPECT_EQ(fold.nodes()[2].partial, "e");
  } while (std::next_permutation(arrivals.begin(), arrivals.end(),
                                 [](const Node& a, const Node& b) { return a.block.begin() < b.block.begin(); }));
}

TEST(Fold, ReferenceBesideAbsentTasksIsTheirParent) {
  Fold fold(2);
  MemoryBlobs blobs;
  const ArtifactRef only{Sha256("only"), 100'000, false};
  ASSERT_TRUE(fold.Insert({{0, 0}, std::nullopt, only}, ShapeReducer(), blobs).ok());
  ASSERT_TRUE(fold.Insert({{0, 1}, std::nullopt}, ShapeReducer(), blobs).ok());
  EXPECT_TRUE(fold.complete());
  EXPECT_FALSE(fold.whole());
  ASSERT_EQ(fold.nodes().size(), 1u);
  EXPECT_EQ(fold.nodes()[0].artifact, only);
}

TEST(Fold, OneTaskIsItsOwnRoot) {
  Fold fold(1);
  MemoryBlobs blobs;
  EXPECT_FALSE(fold.complete());
  ASSERT_TRUE(fold.Insert({{0, 0}, "a"}, ShapeReducer(), blobs).ok());
  EXPECT_TRUE(fold.complete());
  EXPECT_EQ(fold.root(), "a");
}

TEST(Fold, KeepsOnlyMaximalNodesAndKnowsTheirBytes) {
  Fold fold(8);
  MemoryBlobs blobs;
  for (const int64_t task : {0, 2, 3, 1, 6}) {
    ASSERT_TRUE(fold.Insert({{0, task}, Letter(task)}, ShapeReducer(), blobs).ok());
  }
  EXPECT_EQ(fold.nodes(), (std::vector<Node>{{{2, 0}, "((ab)(cd))"}, {{0, 6}, "g"}}));
  EXPECT_EQ(fold.partial_bytes(), 11);
}

ArtifactRef Reference(int64_t task) { return {Sha256(Letter(task)), 100'000, false}; }

TEST(Fold, CoverIsTheNodesOfASubtreeOnceAllItsTasksAreThere) {
  Fold fold(7);
  MemoryBlobs blobs;
  for (const int64_t task : {0, 1, 3, 4, 6}) {
    ASSERT_TRUE(fold.Insert({{0, task}, std::nullopt, Reference(task)}, ShapeReducer(), blobs).ok());
  }
  EXPECT_EQ(fold.Cover({1, 0}, 2).size(), 2u);
  EXPECT_TRUE(fold.Cover({1, 0}, 1).empty()) << "more nodes than allowed";
  EXPECT_TRUE(fold.Cover({2, 0}, 16).empty()) << "task 2 is missing";
  EXPECT_EQ(fold.Cover({1, 3}, 16).size(), 1u) << "the right edge";
  EXPECT_TRUE(fold.Cover({2, 1}, 16).empty()) << "task 5 is missing";
}

TEST(Fold, NodeGrowsWhereTheTasksBesideItAreAbsent) {
  Fold fold(4);
  MemoryBlobs blobs;
  EXPECT_EQ(fold.Enclosing({0, 1}), (Block{0, 1})) << "nothing is there yet";
  ASSERT_TRUE(fold.Insert({{0, 1}, std::nullopt, Reference(1)}, ShapeReducer(), blobs).ok());
  EXPECT_EQ(fold.Enclosing({0, 1}), (Block{0, 1}));
  EXPECT_EQ(fold.Enclosing({0, 2}), (Block{0, 2}));
  ASSERT_TRUE(fold.Insert({{0, 0}, std::nullopt}, ShapeReducer(), blobs).ok());
  EXPECT_EQ(fold.Enclosing({0, 1}), (Block{1, 0}));
}

TEST(Fold, FoldedNodeTakesThePlaceOfWhatIsBelowItAndCombinesOn) {
  Fold fold(4);
  MemoryBlobs blobs;
  for (const int64_t task : {0, 1}) {
    ASSERT_TRUE(fold.Insert({{0, task}, std::nullopt, Reference(task)}, ShapeReducer(), blobs).ok());
  }
  ASSERT_TRUE(fold.Insert({{1, 1}, "(cd)"}, ShapeReducer(), blobs).ok());
  EXPECT_TRUE(fold.complete());
  EXPECT_FALSE(fold.whole());
  ASSERT_TRUE(fold.Replace({{1, 0}, "(ab)"}, ShapeReducer(), blobs).ok());
  ASSERT_TRUE(fold.whole());
  EXPECT_EQ(fold.root(), "((ab)(cd))");
}

TEST(Fold, NodeCannotReplaceTasksThatAreNotThere) {
  Fold fold(4);
  MemoryBlobs blobs;
  ASSERT_TRUE(fold.Insert({{0, 0}, std::nullopt, Reference(0)}, ShapeReducer(), blobs).ok());
  EXPECT_EQ(fold.Replace({{1, 0}, "(ab)"}, ShapeReducer(), blobs).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Fold, ErrorOfCombineIsReported) {
  Fold fold(2);
  MemoryBlobs blobs;
  ASSERT_TRUE(fold.Insert({{0, 0}, "a"}, ShapeReducer(), blobs).ok());
  EXPECT_EQ(fold.Insert({{0, 1}, "!"}, ShapeReducer(), blobs).code(), absl::StatusCode::kInvalidArgument);
}

// Counts how often nodes are sealed, and marks them.
class SealingReducer final : public ShapeReducer {
 public:
  absl::Status Seal(std::string& partial, BlobSink&) const override {
    if (partial.find('?') != std::string::npos) return absl::InvalidArgumentError("cannot be sealed");
    partial += '.';
    return absl::OkStatus();
  }
};

TEST(Fold, EveryCombinedNodeIsSealed) {
  Fold fold(4);
  MemoryBlobs blobs;
  const SealingReducer reducer;
  for (const int64_t task : {0, 1, 2, 3}) {
    ASSERT_TRUE(fold.Insert({{0, task}, Letter(task)}, reducer, blobs).ok());
  }
  EXPECT_EQ(fold.root(), "((ab).(cd).).");
  EXPECT_EQ(fold.partial_bytes(), 13);
}

TEST(BlockFold, NodesAreSealedOnceAsTheyLeave) {
  BlockFold fold({2, 0}, 4);
  MemoryBlobs blobs;
  const SealingReducer reducer;
  for (const int64_t task : {0, 1, 2}) ASSERT_TRUE(fold.Push(Leaf(task, {}), reducer, blobs).ok());
  EXPECT_EQ(*fold.Take(reducer, blobs), (std::vector<Node>{{{1, 0}, "(ab)."}, {{0, 2}, "c."}}));
}

TEST(BlockFold, ErrorOfSealIsReported) {
  BlockFold fold({1, 0}, 2);
  MemoryBlobs blobs;
  const SealingReducer reducer;
  ASSERT_TRUE(fold.Push("?", reducer, blobs).ok());
  EXPECT_EQ(fold.Take(reducer, blobs).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(BlockFold, BlockAtTheRightEdgeReachesItsLevel) {
  // Tasks 4..5 of 6 as the block [4, 8): its only present child is [4, 6).
  EXPECT_EQ(RunBlock({2, 1}, 6, 2, {}), (std::vector<Node>{{{2, 1}, "(ef)"}}));
}

TEST(BlockFold, UnfinishedBlockYieldsTheCanonicalNodesOfItsPrefix) {
  const std::vector<Node> nodes = RunBlock({3, 1}, 100, 7, {8});
  std::vector<Block> blocks;
  for (const Node& node : nodes) blocks.push_back(node.block);
  EXPECT_EQ(blocks, CanonicalNodes({8, 15}, 100));
  EXPECT_EQ(nodes[0].partial, "(j(kl))");  // task 8 is absent
}

}  // namespace
}  // namespace mote
