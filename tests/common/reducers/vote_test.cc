#include <cmath>

#include "tests/common/reducers/reducer_testing.h"

namespace mote {
namespace {

TableView View(const Table& table) { return *TableView::Open(table.schema, table.rows, table.bytes); }

TEST(Vote, MostVotesWin) {
  MemoryBlobs blobs;
  const Table winner = TableOf(
      Reduce(*Make("vote"), {Integers("prediction", {3, -1, 3}), Integers("prediction", {-1, 3, 9})}, blobs), blobs);
  EXPECT_EQ(winner.schema.ToString(), "prediction:i64, votes:i64");
  ASSERT_EQ(winner.rows, 1);
  EXPECT_EQ(View(winner).Number(0, 0), 3);
  EXPECT_EQ(View(winner).Number(0, 1), 3);
}

TEST(Vote, OfEqualsTheLeastWins) {
  MemoryBlobs blobs;
  const Table integers = TableOf(Reduce(*Make("vote"), {Integers("prediction", {256, -2, 1, 256, -2})}, blobs), blobs);
  EXPECT_EQ(View(integers).Number(0, 0), -2);
  const Table doubles = TableOf(Reduce(*Make("vote"), {Doubles("prediction", {1.5, -1e300, -2, 0})}, blobs), blobs);
  EXPECT_EQ(View(doubles).Number(0, 0), -1e300);
  const Table texts = TableOf(Reduce(*Make("vote"), {Texts("prediction", {"b", "a", "ab"})}, blobs), blobs);
  EXPECT_EQ(View(texts).Text(0, 0), "a");
}

TEST(Vote, EachPositionVotesForItself) {
  MemoryBlobs blobs;
  TableBuilder table(Schema{{{"p", DType::kF32, 2}}});
  for (const auto& [a, b] : {std::pair{1.0f, -0.5f}, {1.0f, 0.25f}, {2.0f, 0.25f}}) {
    const float row[2] = {a, b};
    table.AddF32s(row, 2);
  }
  const Table winner = TableOf(Reduce(*Make("vote", {{"column", "p"}}), {table.Take()}, blobs), blobs);
  EXPECT_EQ(winner.schema.ToString(), "p:f32[2], votes:i64[2]");
  EXPECT_EQ(View(winner).Number(0, 0, 0), 1);
  EXPECT_EQ(View(winner).Number(0, 0, 1), 0.25);
  EXPECT_EQ(View(winner).Number(0, 1, 1), 2);
}

TEST(Vote, PlusAndMinusZeroAreOneValue) {
  MemoryBlobs blobs;
  const Table winner = TableOf(Reduce(*Make("vote"), {Doubles("prediction", {0.0, -0.0, 1, 1, -0.0})}, blobs), blobs);
  EXPECT_EQ(View(winner).Number(0, 1), 3);
  EXPECT_FALSE(std::signbit(View(winner).Number(0, 0)));
}

TEST(Vote, NoBallotsGiveNoRow) {
  MemoryBlobs blobs;
  EXPECT_EQ(TableOf(Make("vote")->Finish(nullptr, blobs, nullptr), blobs), Table{});
  EXPECT_EQ(TableOf(Reduce(*Make("vote"), {Table{}, Integers("prediction", {})}, blobs), blobs).rows, 0);
}

TEST(Vote, BadBallotsAreNamed) {
  MemoryBlobs blobs;
  std::string partial;
  EXPECT_THAT(Make("vote")->Leaf(Integers("n", {1}), &partial, blobs),
              Says("no column \"prediction\"; the rows have n:i64"));
  EXPECT_THAT(Make("vote")->Leaf(Doubles("prediction", {1, NAN}), &partial, blobs), Says("row 1"));
  EXPECT_THAT(Reduce(*Make("vote"), {Integers("prediction", {1}), Texts("prediction", {"a"})}, blobs).status(),
              Says("prediction:i64 and prediction:text"));
  EXPECT_THAT(MakeReducer("vote", {{"column", "votes"}}).status(), Says("votes"));
}

TEST(Vote, TooManyDistinctValuesAreRefused) {
  MemoryBlobs blobs;
  std::string partial;
  EXPECT_THAT(Make("vote")->Leaf(Texts("prediction", {std::string(1 << 20, 'x')}), &partial, blobs),
              Says("distinct values"));
}

TEST(Vote, DamagedPartialsAreSurvived) {
  MemoryBlobs blobs;
  const auto vote = Make("vote");
  ExpectSurvivesDamage(*vote, LeafOf(*vote, Texts("prediction", {"a", "b", "b"}), blobs), blobs);
  ExpectSurvivesDamage(*vote, LeafOf(*vote, Doubles("prediction", {1, 2, 2}), blobs), blobs);
}

}  // namespace
}  // namespace mote
