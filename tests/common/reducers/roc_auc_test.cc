#include "common/reducers/roc_auc.h"

#include <gtest/gtest.h>

#include <random>

namespace mote {
namespace {

std::optional<double> Auc(std::vector<double> positives, std::vector<double> negatives) {
  return RocAuc(positives, negatives);
}

TEST(RocAuc, PerfectReversedAndUndecidedOrders) {
  EXPECT_EQ(Auc({3, 4}, {1, 2}), 1.0);
  EXPECT_EQ(Auc({1, 2}, {3, 4}), 0.0);
  EXPECT_EQ(Auc({1, 1}, {1, 1, 1}), 0.5);
}

TEST(RocAuc, ATieCountsHalf) { EXPECT_EQ(Auc({2}, {1, 2, 3, 3}), 1.5 / 4); }

TEST(RocAuc, OneClassHasNone) {
  EXPECT_EQ(Auc({}, {1}), std::nullopt);
  EXPECT_EQ(Auc({1}, {}), std::nullopt);
}

TEST(RocAuc, EqualsCountingAllPairs) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> positives, negatives;
    for (int i = 0; i < 40; ++i)
      (random() % 3 == 0 ? positives : negatives).push_back(static_cast<double>(random() % 10));
    double wins = 0;
    for (const double p : positives) {
      for (const double n : negatives) wins += p > n ? 1 : p == n ? 0.5 : 0;
    }
    if (positives.empty() || negatives.empty()) continue;
    EXPECT_EQ(Auc(positives, negatives), wins / static_cast<double>(positives.size() * negatives.size()));
  }
}

}  // namespace
}  // namespace mote
