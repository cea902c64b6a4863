#include "common/bin_edges.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace mote {
namespace {

TEST(BinEdges, ABinIsTheNumberOfEdgesBelow) {
  const std::vector<float> edges = {-2.0F, 0.0F, 0.5F, 7.0F};
  for (const float x : {-9.0F, -2.0F, -1.0F, 0.0F, 0.25F, 0.5F, 0.75F, 7.0F, 8.0F}) {
    const auto below = std::count_if(edges.begin(), edges.end(), [x](float edge) { return edge < x; });
    EXPECT_EQ(BinEdges::Bin(edges, x), below) << x;
  }
  EXPECT_EQ(BinEdges::Bin({}, 3.0F), 0);
}

TEST(BinEdges, FewValuesEachHaveTheirOwnBin) {
  const std::vector<float> edges = FitEdges({{0.0F, 900}, {1.0F, 1}, {5.0F, 3}}, 255);
  EXPECT_EQ(edges, (std::vector<float>{0.5F, 3.0F}));
}

TEST(BinEdges, ManyValuesAreCutIntoEqualShares) {
  std::vector<CountedValue> values;
  for (int i = 0; i < 1000; ++i) values.push_back({static_cast<float>(i), 1});
  const std::vector<float> edges = FitEdges(values, 4);
  EXPECT_EQ(edges, (std::vector<float>{249.5F, 499.5F, 749.5F}));
}

TEST(BinEdges, AValueThatMostRowsHaveTakesOneBin) {
  std::vector<CountedValue> values = {{0.0F, 100000}};
  for (int i = 1; i < 600; ++i) values.push_back({static_cast<float>(i), 1});
  const std::vector<float> edges = FitEdges(values, 255);
  EXPECT_EQ(edges.front(), 0.5F);
  EXPECT_LT(edges.size(), 255U);
}

TEST(BinEdges, NeighboursWithNothingBetweenThemAreToldApart) {
  const float next = std::nextafter(1.0F, 2.0F);
  const std::vector<float> edges = FitEdges({{1.0F, 1}, {next, 1}}, 255);
  ASSERT_EQ(edges.size(), 1U);
  EXPECT_NE(BinEdges::Bin(edges, 1.0F), BinEdges::Bin(edges, next));
}

TEST(BinEdges, DecodeReadsWhatEncodeWroteAndRefusesAnythingElse) {
  const BinEdges edges{{{1.0F, 2.0F}, {}, {-1.0F}}};
  const std::string bytes = edges.Encode();
  EXPECT_EQ(BinEdges::Decode(bytes).value(), edges);
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(BinEdges::Decode(bytes.substr(0, size)).ok());
  EXPECT_FALSE(BinEdges::Decode(BinEdges{{{2.0F, 1.0F}}}.Encode()).ok());
}

}  // namespace
}  // namespace mote
