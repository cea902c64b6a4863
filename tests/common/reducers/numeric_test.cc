#include <cmath>
#include <limits>

#include "tests/common/reducers/reducer_testing.h"

namespace mote {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

Table Weighted(const std::vector<std::pair<double, int64_t>>& rows) {
  TableBuilder table(Schema{{{"y", DType::kF64, 1}, {"w", DType::kI64, 1}}});
  for (const auto& [y, w] : rows) {
    table.AddF64(y);
    table.AddI64(w);
  }
  return table.Take();
}

Table Mixed(const std::vector<float>& x, int64_t n, const std::string& note) {
  TableBuilder table(Schema{{{"note", DType::kText, 1},
                             {"x", DType::kF32, static_cast<int64_t>(x.size())},
                             {"n", DType::kI64, 1},
                             {"b", DType::kU8, 2}}});
  table.AddText(note);
  table.AddF32s(x.data(), static_cast<int64_t>(x.size()));
  table.AddI64(n);
  table.AddU8s("\x01\xff");
  return table.Take();
}

TEST(Sum, AddsEveryNumericColumnElementByElement) {
  MemoryBlobs blobs;
  const Table sum =
      TableOf(Reduce(*Make("sum"), {Mixed({1.5f, 2}, 7, "a"), Mixed({0.25f, -5}, -9, "bc")}, blobs), blobs);
  EXPECT_EQ(sum.schema.ToString(), "x:f64[2], n:i64, b:i64[2]");
  const TableView view = *TableView::Open(sum.schema, sum.rows, sum.bytes);
  EXPECT_EQ(view.Number(0, 0, 0), 1.75);
  EXPECT_EQ(view.Number(0, 0, 1), -3);
  EXPECT_EQ(view.Number(0, 1), -2);
  EXPECT_EQ(view.Number(0, 2, 0), 2);
  EXPECT_EQ(view.Number(0, 2, 1), 510);
}

TEST(Sum, RowsOfATaskAreAddedToo) {
  MemoryBlobs blobs;
  EXPECT_EQ(TableOf(Reduce(*Make("sum"), {Integers("n", {1, 2, 3}), Integers("n", {4})}, blobs), blobs),
            Integers("n", {10}));
}

TEST(Sum, IntegersStayExactWhereADoubleWouldNot) {
  MemoryBlobs blobs;
  const int64_t odd = (int64_t{1} << 60) + 1;
  EXPECT_EQ(TableOf(Reduce(*Make("sum"), {Integers("n", {odd}), Integers("n", {1})}, blobs), blobs),
            Integers("n", {odd + 1}));
}

TEST(Sum, OverflowNamesTheColumnAndTheRemedy) {
  MemoryBlobs blobs;
  EXPECT_THAT(Reduce(*Make("sum"), {Integers("n", {kMost}), Integers("n", {1})}, blobs).status(),
              Says("column \"n\" (element 0) add up to over 64 bits; use an f64 column"));
  std::string partial;
  EXPECT_THAT(Make("sum")->Leaf(Integers("n", {kMost, 1}), &partial, blobs), Says("column \"n\""));
}

TEST(Sum, DifferentColumnsAreBothNamed) {
  MemoryBlobs blobs;
  EXPECT_THAT(Reduce(*Make("sum"), {Integers("n", {1}), Doubles("n", {1})}, blobs).status(), Says("n:i64 and n:f64"));
}

TEST(Sum, RowsWithoutNumbersAreRefused) {
  MemoryBlobs blobs;
  std::string partial;
  EXPECT_THAT(Make("sum")->Leaf(Texts("note", {"a"}), &partial, blobs), Says("the rows have note:text"));
}

TEST(Sum, NothingAddedKeepsMinusZero) {
  MemoryBlobs blobs;
  const Table sum =
      TableOf(Reduce(*Make("sum"), {Doubles("x", {}), Doubles("x", {-0.0}), Table{}, Doubles("x", {})}, blobs), blobs);
  EXPECT_TRUE(std::signbit(TableView::Open(sum.schema, sum.rows, sum.bytes)->Number(0, 0)));
}

TEST(Sum, NoRowsGiveNoRow) {
  MemoryBlobs blobs;
  EXPECT_EQ(TableOf(Make("sum")->Finish(nullptr, blobs, nullptr), blobs), Table{});
  EXPECT_EQ(TableOf(Reduce(*Make("sum"), {Table{}, Table{}}, blobs), blobs), Table{});
  EXPECT_EQ(TableOf(Reduce(*Make("sum"), {Doubles("x", {})}, blobs), blobs), Doubles("x", {}));
}

TEST(Mean, DividesOnceByTheRows) {
  MemoryBlobs blobs;
  EXPECT_EQ(TableOf(Reduce(*Make("mean"), {Doubles("x", {1, 2}), Doubles("x", {4})}, blobs), blobs),
            Doubles("x", {7.0 / 3}));
  EXPECT_EQ(TableOf(Reduce(*Make("mean"), {Integers("n", {1, 2}), Integers("n", {4})}, blobs), blobs),
            Doubles("n", {7.0 / 3}));
}

TEST(WeightedMean, WeighsRowsByTheColumn) {
  MemoryBlobs blobs;
  const auto mean = Make("weighted_mean", {{"weight", "w"}});
  EXPECT_EQ(TableOf(Reduce(*mean, {Weighted({{10, 1}, {20, 3}}), Weighted({{5, 0}, {40, 4}})}, blobs), blobs),
            Doubles("y", {(10.0 + 60 + 160) / 8}));
}

TEST(WeightedMean, AllWeightsZeroGiveNoRow) {
  MemoryBlobs blobs;
  EXPECT_EQ(TableOf(Reduce(*Make("weighted_mean", {{"weight", "w"}}), {Weighted({{10, 0}})}, blobs), blobs),
            Doubles("y", {}));
}

TEST(WeightedMean, BadWeightsAreNamed) {
  MemoryBlobs blobs;
  std::string partial;
  EXPECT_THAT(Make("weighted_mean", {{"weight", "w"}})->Leaf(Weighted({{1, 1}, {1, -3}}), &partial, blobs),
              Says("weight -3 in column \"w\" of row 1"));
  EXPECT_THAT(Make("weighted_mean", {{"weight", "y"}})->Leaf(Weighted({{1, 1}}), &partial, blobs), Says("not y:f64"));
  EXPECT_THAT(Make("weighted_mean", {{"weight", "z"}})->Leaf(Weighted({{1, 1}}), &partial, blobs),
              Says("no weight column \"z\"; the rows have y:f64, w:i64"));
}

TEST(Extremes, AreTakenElementByElement) {
  MemoryBlobs blobs;
  const std::vector<Table> tables = {Integers("n", {3, -7}), Integers("n", {5}), Integers("n", {})};
  EXPECT_EQ(TableOf(Reduce(*Make("min"), tables, blobs), blobs), Integers("n", {-7}));
  EXPECT_EQ(TableOf(Reduce(*Make("max"), tables, blobs), blobs), Integers("n", {5}));
}

TEST(Extremes, ANanAnywhereShows) {
  MemoryBlobs blobs;
  for (const char* name : {"min", "max"}) {
    for (const std::vector<double>& rows : {std::vector<double>{NAN, 1}, {1, NAN}, {1, NAN, 2}}) {
      const Table table = TableOf(Reduce(*Make(name), {Doubles("x", rows)}, blobs), blobs);
      EXPECT_TRUE(std::isnan(TableView::Open(table.schema, table.rows, table.bytes)->Number(0, 0))) << name;
    }
  }
}

TEST(Numeric, DamagedPartialsAreSurvived) {
  MemoryBlobs blobs;
  for (const char* name : {"sum", "mean", "min"}) {
    const auto reducer = Make(name);
    ExpectSurvivesDamage(*reducer, LeafOf(*reducer, Mixed({1, 2, 3}, 4, "x"), blobs), blobs);
  }
}

}  // namespace
}  // namespace mote
