#include "worker/engine/trees/tree_records.h"

#include <gtest/gtest.h>

#include <cmath>

#include "worker/engine/trees/loss.h"
#include "worker/engine/trees/tree_model.h"
#include "worker/engine/trees/tree_walk.h"

namespace mote::engine {
namespace {

// bin[1] ≤ 3 ? 0.25 : (bin[0] ≤ 0 ? 0.5 : 0.75)
std::string SmallTree() {
  TreeWriter writer(1, 2);
  const float values[] = {0.25F, 0.5F, 0.75F};
  const uint32_t root = writer.AddSplit(1, 3);
  writer.AddLeaf(&values[0]);
  writer.SetRight(root);
  const uint32_t right = writer.AddSplit(0, 0);
  writer.AddLeaf(&values[1]);
  writer.SetRight(right);
  writer.AddLeaf(&values[2]);
  writer.AddGain(1, 4.5);
  return writer.Take();
}

TEST(TreeRecords, RowsWalkToTheirLeaves) {
  const std::string bytes = SmallTree() + SmallTree();
  const std::vector<TreeView> trees = ReadTrees(bytes, 2).value();
  ASSERT_EQ(trees.size(), 2U);
  for (const TreeView& tree : trees) {
    EXPECT_EQ(tree.leaves, 3);
    EXPECT_EQ(tree.gain(1), 4.5);
    const uint8_t low[] = {9, 3};
    const uint8_t middle[] = {0, 4};
    const uint8_t high[] = {1, 255};
    EXPECT_EQ(tree.Leaf(low).value(), 0.25F);
    EXPECT_EQ(tree.Leaf(middle).value(), 0.5F);
    EXPECT_EQ(tree.Leaf(high).value(), 0.75F);
  }
}

TEST(TreeRecords, RowsThatWalkTogetherComeToTheSameLeaves) {
  const std::string bytes = SmallTree();
  const TreeView tree = ReadTrees(bytes, 2).value()[0];
  const uint8_t rows[][2] = {{9, 3}, {0, 4}, {1, 255}, {0, 0}, {0, 255}, {1, 4}, {255, 255}, {255, 3}};
  const TreeRecord* leaves[TreeWalk::kRows];
  TreeWalk(tree).Leaves(rows[0], 2, leaves);
  for (int64_t i = 0; i < TreeWalk::kRows; ++i) EXPECT_EQ(leaves[i], &tree.Leaf(rows[i])) << i;
}

TEST(TreeRecords, LeavesOfSeveralOutputsCarryTheirValues) {
  TreeWriter writer(3, 1);
  const float left[] = {1.0F, 2.0F, 3.0F};
  const float right[] = {4.0F, 5.0F, 6.0F};
  const uint32_t root = writer.AddSplit(0, 7);
  writer.AddLeaf(left);
  writer.SetRight(root);
  writer.AddLeaf(right);
  const std::string bytes = writer.Take();
  const std::vector<TreeView> trees = ReadTrees(bytes, 1).value();
  const uint8_t bin = 8;
  float values[3];
  CopyLeaf(trees[0].Leaf(&bin), 3, values);
  EXPECT_EQ(values[2], 6.0F);
}

// Whatever bytes are read, a walk must end inside them.
TEST(TreeRecords, DamagedTreesAreRefusedOrHarmless) {
  const std::string whole = SmallTree();
  for (size_t size = 8; size < whole.size(); size += 8) EXPECT_FALSE(ReadTrees(whole.substr(0, size), 2).ok());
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      const auto trees = ReadTrees(damaged, 2);
      if (!trees.ok()) continue;
      for (const TreeView& tree : *trees) {
        for (int a = 0; a < 256; a += 15) {
          const uint8_t bins[] = {static_cast<uint8_t>(a), static_cast<uint8_t>(255 - a)};
          const TreeRecord* leaf = &tree.Leaf(bins);
          EXPECT_GE(leaf, tree.records);
          EXPECT_LT(leaf, tree.records + tree.count);
        }
      }
    }
  }
}

TEST(TreeModel, ParseReadsWhatEncodeWroteAndRefusesTruncatedFiles) {
  const TreeHead head{"boost", "logistic", 2, {"good", "bad"}, {"age", "sum"}, {0.5}};
  const BinEdges edges{{{1.0F}, {1.0F, 2.0F, 3.0F, 4.0F}}};
  const std::string bytes = TreeModel::Encode(head, edges, SmallTree());
  const auto model = TreeModel::Parse(bytes).value();
  EXPECT_EQ(model->head().features, head.features);
  EXPECT_EQ(model->edges(), edges);
  const float x[] = {0.0F, 4.5F};
  uint8_t bins[2];
  float scores[2];
  model->Score(x, bins, scores);
  EXPECT_FLOAT_EQ(scores[1], static_cast<float>(1.0 / (1.0 + std::exp(-1.0))));
  for (size_t size = 0; size < bytes.size(); ++size) {
    // A model may end after any whole tree, and this one has one.
    if (size + SmallTree().size() == bytes.size()) continue;
    EXPECT_FALSE(TreeModel::Parse(bytes.substr(0, size)).ok()) << size;
  }
}

TEST(Loss, ExpAndLogAgreeWithTheLibrary) {
  for (double x = -40; x < 40; x += 0.137) {
    EXPECT_NEAR(Exp(x) / std::exp(x), 1.0, 1e-14) << x;
    EXPECT_NEAR(Log(std::exp(x)), x, 1e-13) << x;
  }
  EXPECT_EQ(Exp(0.0), 1.0);
  EXPECT_EQ(Log(1.0), 0.0);
  EXPECT_GT(Exp(1e9), 1e300);
  EXPECT_LT(Exp(-1e9), 1e-300);
}

TEST(Loss, DerivativesAreThoseOfTheLoss) {
  constexpr double kStep = 1e-5;
  for (const int64_t classes : {0, 2, 4}) {
    double raw[] = {0.3, -0.7, 1.1, 0.2};
    for (int64_t output = 0; output < (classes > 2 ? classes : 1); ++output) {
      const Derivatives d = Derive(raw, classes, 1, output);
      const double at = raw[output];
      raw[output] = at + kStep;
      const double above = RowLoss(raw, classes, 1);
      raw[output] = at - kStep;
      const double below = RowLoss(raw, classes, 1);
      raw[output] = at;
      EXPECT_NEAR(d.gradient, (above - below) / (2 * kStep), 1e-8) << classes << " " << output;
      EXPECT_NEAR(d.curvature, (above + below - 2 * RowLoss(raw, classes, 1)) / (kStep * kStep), 1e-4);
    }
  }
}

}  // namespace
}  // namespace mote::engine
