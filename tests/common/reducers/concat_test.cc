#include "common/reducers/row_rope.h"
#include "tests/common/reducers/reducer_testing.h"

namespace mote {
namespace {

std::vector<int64_t> Range(int64_t begin, int64_t end) {
  std::vector<int64_t> values;
  for (int64_t i = begin; i < end; ++i) values.push_back(i);
  return values;
}

TEST(Concat, KeepsTheOrderOfTasks) {
  MemoryBlobs blobs;
  EXPECT_EQ(
      TableOf(Reduce(*Make("concat"), {Texts("t", {"a", "b"}), Texts("t", {}), Texts("t", {"", "c"})}, blobs), blobs),
      Texts("t", {"a", "b", "", "c"}));
}

TEST(Concat, SmallRowsBecomeOneSegment) {
  MemoryBlobs blobs;
  const auto concat = Make("concat");
  std::string root = LeafOf(*concat, Integers("n", {0}), blobs);
  for (int64_t i = 1; i < 1000; ++i)
    ASSERT_TRUE(concat->Combine(root, LeafOf(*concat, Integers("n", {i}), blobs), blobs).ok());
  EXPECT_EQ(ReadRope(root)->segments.size(), 1u);
  EXPECT_EQ(blobs.size(), 0u);
  EXPECT_EQ(TableOf(concat->Finish(&root, blobs, nullptr), blobs), Integers("n", Range(0, 1000)));
}

TEST(Concat, ABlockFillsWholeBlobs) {
  MemoryBlobs blobs;
  const auto concat = Make("concat");
  const std::string part = LeafOf(*concat, Integers("n", Range(0, kBlobBytesMax / 24)), blobs);  // a third
  std::string root = part;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(concat->Combine(root, part, blobs).ok());
  EXPECT_EQ(blobs.size(), 0u);
  EXPECT_EQ(ReadRope(root)->segments.size(), 1u);
  ASSERT_TRUE(concat->Combine(root, part, blobs).ok());
  EXPECT_EQ(blobs.size(), 1u);
  ASSERT_TRUE(concat->Validate(root).ok()) << concat->Validate(root);
  const Rope rope = *ReadRope(root);
  ASSERT_EQ(rope.segments.size(), 2u);
  EXPECT_EQ(rope.segments[0].blob->bytes, kBlobBytesMax / 24 * 24);
  EXPECT_FALSE(rope.segments[1].blob.has_value());
}

TEST(Concat, SealingPutsWhatCannotTravelIntoOneBlob) {
  MemoryBlobs blobs;
  const auto concat = Make("concat");
  const Table table = Integers("n", Range(0, kInlineBytesMax / 8));
  std::string root = LeafOf(*concat, table, blobs);
  EXPECT_GT(static_cast<int64_t>(root.size()), kInlineBytesMax);
  ASSERT_TRUE(concat->Seal(root, blobs).ok());
  EXPECT_EQ(blobs.size(), 1u);
  EXPECT_LT(root.size(), 200u);
  EXPECT_TRUE(RopeHasBlobs(root));
  EXPECT_TRUE(concat->Validate(root).ok());
  EXPECT_EQ(TableOf(concat->Finish(&root, blobs, nullptr), blobs), table);
}

TEST(Concat, WhatCanTravelIsNotSealed) {
  MemoryBlobs blobs;
  const auto concat = Make("concat");
  std::string root = LeafOf(*concat, Integers("n", Range(0, kInlineBytesMax / 8 - 20)), blobs);
  ASSERT_TRUE(concat->Seal(root, blobs).ok());
  EXPECT_EQ(blobs.size(), 0u);
}

TEST(Concat, WideColumnsLeaveLessRoomForRows) {
  MemoryBlobs blobs;
  const auto concat = Make("concat");
  TableBuilder table(Schema{{{std::string(40 << 10, 'c'), DType::kI64, 1}}});
  for (int64_t i = 0; i < 5000; ++i) table.AddI64(i);
  std::string root = LeafOf(*concat, table.Take(), blobs);
  ASSERT_TRUE(concat->Seal(root, blobs).ok());
  EXPECT_LE(static_cast<int64_t>(root.size()), kInlineBytesMax);
}

TEST(Concat, AnInlineRunBetweenBlobsIsJoined) {
  MemoryBlobs blobs;
  const auto concat = Make("concat");
  std::string large = LeafOf(*concat, Integers("n", Range(0, 10000)), blobs);
  ASSERT_TRUE(concat->Seal(large, blobs).ok());
  const std::string small = LeafOf(*concat, Integers("n", {1}), blobs);
  std::string left = large, right = small;
  ASSERT_TRUE(concat->Combine(left, small, blobs).ok());
  ASSERT_TRUE(concat->Combine(right, large, blobs).ok());
  ASSERT_TRUE(concat->Combine(right, small, blobs).ok());
  ASSERT_TRUE(concat->Combine(left, right, blobs).ok());
  ASSERT_TRUE(concat->Validate(left).ok()) << concat->Validate(left);
  const Rope rope = *ReadRope(left);
  ASSERT_EQ(rope.segments.size(), 4u);
  EXPECT_EQ(rope.segments[1].rows, 2);
  EXPECT_EQ(rope.rows, 20003);
}

TEST(Concat, ALargeTaskIsCutBetweenRowsIntoBlobsOfAtMost4MiB) {
  MemoryBlobs blobs;
  const Table table =
      Texts("t", {std::string(3 << 20, 'a'), std::string(2 << 20, 'b'), "c", std::string(kBlobBytesMax - 4, 'd')});
  EXPECT_EQ(TableOf(Reduce(*Make("concat"), {table}, blobs), blobs), table);
}

TEST(Concat, ARowThatFitsNoBlobIsNamed) {
  MemoryBlobs blobs;
  std::string partial;
  EXPECT_THAT(Make("concat")->Leaf(Texts("t", {"a", std::string(kBlobBytesMax, 'b')}), &partial, blobs),
              Says("row 1 of a task"));
}

TEST(Concat, DifferentColumnsAreBothNamed) {
  MemoryBlobs blobs;
  EXPECT_THAT(Reduce(*Make("concat"), {Integers("a", {1}), Integers("b", {})}, blobs).status(),
              Says("a:i64 and b:i64"));
}

TEST(Concat, NoRowsAtAllIsATableWithoutColumns) {
  MemoryBlobs blobs;
  EXPECT_EQ(TableOf(Make("concat")->Finish(nullptr, blobs, nullptr), blobs), Table{});
  EXPECT_EQ(TableOf(Reduce(*Make("concat"), {Table{}, Table{}}, blobs), blobs), Table{});
}

TEST(Concat, TasksWithoutColumnsAddNothing) {
  MemoryBlobs blobs;
  EXPECT_EQ(TableOf(Reduce(*Make("concat"), {Table{}, Integers("n", {}), Table{}}, blobs), blobs), Integers("n", {}));
}

TEST(Concat, RowsWithoutColumnsAndTornRowsAreRefused) {
  MemoryBlobs blobs;
  std::string partial;
  EXPECT_THAT(Make("concat")->Leaf(Table{{}, 3, ""}, &partial, blobs), Says("3 rows without a column"));
  Table torn = Integers("n", {1, 2});
  torn.bytes.pop_back();
  EXPECT_THAT(Make("concat")->Leaf(torn, &partial, blobs), Says("15 bytes"));
}

TEST(Concat, DamagedPartialsAreSurvived) {
  MemoryBlobs blobs;
  const auto concat = Make("concat");
  std::string rope = LeafOf(*concat, Texts("t", {"ab", "c"}), blobs);
  ExpectSurvivesDamage(*concat, rope, blobs);
  ASSERT_TRUE(concat->Combine(rope, LeafOf(*concat, Texts("t", {std::string(70000, 'x')}), blobs), blobs).ok());
  ASSERT_TRUE(concat->Seal(rope, blobs).ok());
  ASSERT_TRUE(concat->Combine(rope, LeafOf(*concat, Texts("t", {"d"}), blobs), blobs).ok());
  ExpectSurvivesDamage(*concat, rope, blobs);
}

}  // namespace
}  // namespace mote
