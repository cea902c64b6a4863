#include "common/permutation.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>
#include <vector>

namespace mote {
namespace {

std::vector<int64_t> Order(int64_t n, uint64_t seed) {
  const Permutation permutation(n, seed);
  std::vector<int64_t> order;
  for (int64_t i = 0; i < n; ++i) order.push_back(permutation.At(i));
  return order;
}

TEST(Permutation, IsABijectionForEverySmallSize) {
  for (int64_t n = 0; n <= 130; ++n) {
    for (uint64_t seed = 0; seed < 5; ++seed) {
      std::vector<bool> seen(static_cast<size_t>(n));
      for (const int64_t value : Order(n, seed)) {
        ASSERT_GE(value, 0);
        ASSERT_LT(value, n);
        ASSERT_FALSE(seen[static_cast<size_t>(value)]) << n;
        seen[static_cast<size_t>(value)] = true;
      }
    }
  }
}

TEST(Permutation, IsABijectionForALargerOddSize) {
  const std::vector<int64_t> order = Order(100003, 9);
  EXPECT_EQ(std::set<int64_t>(order.begin(), order.end()).size(), 100003u);
  EXPECT_EQ(std::accumulate(order.begin(), order.end(), int64_t{0}), int64_t{100003} * 100002 / 2);
}

TEST(Permutation, EqualSeedsAgreeAndOthersDiffer) {
  EXPECT_EQ(Order(1000, 7), Order(1000, 7));
  EXPECT_NE(Order(1000, 7), Order(1000, 8));
}

TEST(Permutation, AllOrdersOfThreeComeUpAboutEquallyOften) {
  std::map<std::vector<int64_t>, int> counts;
  for (uint64_t seed = 0; seed < 6000; ++seed) ++counts[Order(3, seed)];
  ASSERT_EQ(counts.size(), 6u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(Permutation, EachElementGoesEverywhere) {
  // 70 % of positions are "train": every row must be there in about 70 % of the seeds.
  constexpr int kSeeds = 2000;
  for (const int64_t row : {0, 1, 49, 99}) {
    int train = 0;
    for (uint64_t seed = 0; seed < kSeeds; ++seed) train += Permutation(100, seed).At(row) < 70 ? 1 : 0;
    EXPECT_NEAR(train, 0.7 * kSeeds, 90) << row;  // 4.4 standard deviations
  }
}

TEST(Permutation, NeighboursAreTornApart) {
  const std::vector<int64_t> order = Order(10000, 3);
  int adjacent = 0;
  for (size_t i = 1; i < order.size(); ++i) adjacent += std::abs(order[i] - order[i - 1]) == 1 ? 1 : 0;
  EXPECT_LT(adjacent, 12);  // 2 expected
}

TEST(Permutation, LargestSizesStayInRange) {
  for (const int64_t n : {int64_t{1} << 62, (int64_t{1} << 62) - 12345, (int64_t{1} << 61) + 1}) {
    const Permutation permutation(n, 1);
    for (const int64_t i : {int64_t{0}, n / 2, n - 1}) {
      EXPECT_GE(permutation.At(i), 0);
      EXPECT_LT(permutation.At(i), n);
    }
  }
}

// Splits and shuffles of journalled plans depend on these values: a change here is a
// change of every result.
TEST(Permutation, ValuesNeverChange) { EXPECT_EQ(Order(10, 7), (std::vector<int64_t>{9, 6, 5, 0, 2, 8, 1, 3, 7, 4})); }

TEST(Permutation, TabulatedOnesAreTheSame) {
  for (const int64_t n : {1, 2, 3, 5, 17, 100, 257, 4097, 70001}) {
    for (const uint64_t seed : {uint64_t{0}, uint64_t{7}, ~uint64_t{0}}) {
      Permutation tabulated(n, seed);
      tabulated.Tabulate();
      tabulated.Tabulate();  // once more changes nothing
      const std::vector<int64_t> order = Order(n, seed);
      for (int64_t i = 0; i < n; ++i) ASSERT_EQ(tabulated.At(i), order[static_cast<size_t>(i)]) << n;
    }
  }
  for (const int64_t n : {(int64_t{1} << 31) + 5, int64_t{1} << 32, (int64_t{1} << 32) + 1, int64_t{1} << 62}) {
    const Permutation plain(n, 3);
    Permutation tabulated = plain;
    tabulated.Tabulate();
    for (int64_t i = 0; i < 1000; ++i) ASSERT_EQ(tabulated.At(n - 1 - i), plain.At(n - 1 - i)) << n;
  }
}

TEST(PermutationDeathTest, IndexOutsideStopsTheProcess) {
  const Permutation permutation(10, 1);
  EXPECT_DEATH(permutation.At(10), "outside");
  EXPECT_DEATH(permutation.At(-1), "outside");
}

}  // namespace
}  // namespace mote
