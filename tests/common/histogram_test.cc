#include "common/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace mote {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

Histogram Of(const std::vector<int64_t>& values) {
  Histogram histogram;
  for (const int64_t value : values) histogram.Add(value);
  return histogram;
}

// Values of every size, from 0 to 2^62.
std::vector<int64_t> Spread(uint32_t seed, int count) {
  std::mt19937_64 random(seed);
  std::vector<int64_t> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<int64_t>(random() >> (2 + random() % 62)));
  return values;
}

TEST(Histogram, QuantilesAreWithinTwoPercent) {
  std::vector<int64_t> values = Spread(1, 2001);
  const Histogram histogram = Of(values);
  std::sort(values.begin(), values.end());
  for (const double q : {0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999}) {
    const size_t rank = static_cast<size_t>(std::ceil(q * 2001)) - 1;
    const double exact = static_cast<double>(values[rank]);
    EXPECT_NEAR(static_cast<double>(histogram.Quantile(q)), exact, 0.02 * exact) << q;
  }
}

TEST(Histogram, SmallValuesAreExact) {
  const Histogram histogram = Of({0, 1, 2, 62, 63});
  EXPECT_EQ(histogram.Quantile(0), 0);
  EXPECT_EQ(histogram.Quantile(0.4), 1);
  EXPECT_EQ(histogram.Quantile(0.5), 2);
  EXPECT_EQ(histogram.Quantile(0.8), 62);
  EXPECT_EQ(histogram.Quantile(1), 63);
}

TEST(Histogram, NeighbouringBucketsMeetWithoutAGap) {
  // Around every power of two the bucket of v + 1 is that of v or the next.
  for (int shift = 1; shift < 62; ++shift) {
    for (int64_t value = (int64_t{1} << shift) - 2; value <= (int64_t{1} << shift) + 1; ++value) {
      const int bucket = Of({value}).buckets().begin()->first;
      const int next = Of({value + 1}).buckets().begin()->first;
      EXPECT_TRUE(next == bucket || next == bucket + 1) << value;
    }
  }
}

TEST(Histogram, ExtremeValuesHaveABucket) {
  const Histogram histogram = Of({kMax, -5, std::numeric_limits<int64_t>::min()});
  EXPECT_EQ(histogram.count(), 3);
  EXPECT_EQ(histogram.max(), kMax);
  EXPECT_EQ(histogram.Quantile(0.5), 0);  // negative ones count as 0
  EXPECT_NEAR(static_cast<double>(histogram.Quantile(0.99)), 0x1p63, 0.02 * 0x1p63);
}

TEST(Histogram, EmptyHasNoBucketsAndQuantileZero) {
  EXPECT_EQ(Histogram().Quantile(0.5), 0);
  EXPECT_EQ(Histogram().count(), 0);
  EXPECT_TRUE(Histogram().buckets().empty());
}

// A maximum that a peer states says nothing against its buckets.
TEST(Histogram, BucketsAboveAStatedMaximumRaiseIt) {
  const int last = Histogram::BucketOf(kMax);
  EXPECT_EQ(Histogram::FromBuckets({{1, 10}, {last, 1}}, 1).max(), Histogram::MiddleOf(last));
  const Histogram honest = Of({3, 1000});
  EXPECT_EQ(Histogram::FromBuckets(honest.buckets(), honest.max()), honest);
}

TEST(Histogram, MeanIsThatOfTheBuckets) {
  EXPECT_EQ(Histogram().Mean(), 0);
  EXPECT_DOUBLE_EQ(Of({10, 20, 60}).Mean(), 30);
  EXPECT_NEAR(Of({1'000'000, 3'000'000}).Mean(), 2e6, 0.016 * 2e6);
}

TEST(Histogram, MergeEqualsAddingAllInAnyOrder) {
  const std::vector<int64_t> a = Spread(2, 300), b = Spread(3, 20), c = {5, 5, 5};
  std::vector<int64_t> all = c;
  all.insert(all.end(), a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  Histogram forward = Of(a), backward = Of(c);
  forward.Merge(Of(b));
  forward.Merge(Of(c));
  backward.Merge(Of(b));
  backward.Merge(Of(a));
  EXPECT_EQ(forward, Of(all));
  EXPECT_EQ(backward, Of(all));
  EXPECT_EQ(forward.buckets(), backward.buckets());
}

TEST(Histogram, MergeWithItselfDoublesAndWithEmptyChangesNothing) {
  Histogram histogram = Of({7, 1000});
  histogram.Merge(Histogram());
  EXPECT_EQ(histogram, Of({7, 1000}));
  histogram.Merge(histogram);
  EXPECT_EQ(histogram, Of({7, 7, 1000, 1000}));
}

TEST(Histogram, DifferentCountsOrMaximaAreNotEqual) {
  EXPECT_NE(Of({1}), Of({1, 1}));
  EXPECT_NE(Of({1, 3}), Of({2, 3}));
  EXPECT_NE(Of({100000}), Of({100001}));  // one bucket, two maxima
}

TEST(Histogram, BucketsAreReadBack) {
  const Histogram histogram = Of(Spread(4, 500));
  EXPECT_EQ(Histogram::FromBuckets(histogram.buckets(), histogram.max()), histogram);
}

TEST(Histogram, BucketsOfALiarAreLeftOutAndCountsDoNotOverflow) {
  const Histogram histogram = Histogram::FromBuckets({{-1, 5}, {1 << 30, 5}, {3, -7}, {4, kMax}, {5, kMax}}, -9);
  EXPECT_EQ(histogram.buckets(), (std::map<int, int64_t>{{4, kMax}, {5, kMax}}));
  EXPECT_EQ(histogram.count(), kMax);
  EXPECT_EQ(histogram.max(), 5) << "as its buckets say";
  EXPECT_LE(histogram.Quantile(0.999), 5);  // not above the maximum
}

}  // namespace
}  // namespace mote
