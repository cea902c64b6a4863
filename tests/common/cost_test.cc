#include "common/cost.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/philox.h"

namespace mote {
namespace {

Cost CostOf(int64_t scale) {
  Cost cost;
  cost.tasks = scale;
  for (int i = 0; i < kPhaseCount; ++i) cost.phase_ns[static_cast<size_t>(i)] = scale << (4 * i);
  cost.staged_bytes = 100 * scale;
  cost.network_bytes = 1000 * scale;
  cost.task_ns.Add(scale);
  return cost;
}

TEST(Cost, CommunicationIsFetchTransfersAndSend) {
  // Fetch, decode, to device, compute, from device, encode, send.
  EXPECT_EQ(CostOf(1).communication_ns(), 0x1010101);
  EXPECT_EQ(CostOf(1).compute_ns(), 0x1000);
}

TEST(Cost, MergeAddsEverything) {
  Cost merged = CostOf(1);
  merged.Merge(CostOf(2));
  Cost expected = CostOf(3);
  expected.task_ns = CostOf(1).task_ns;
  expected.task_ns.Add(2);
  EXPECT_EQ(merged, expected);
}

TEST(Cost, MergeOfHugeCountersStopsAtTheLargest) {
  Cost cost;
  cost.network_bytes = std::numeric_limits<int64_t>::max() - 1;
  cost.phase_ns.fill(std::numeric_limits<int64_t>::max());
  cost.Merge(cost);
  EXPECT_EQ(cost.network_bytes, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(cost.communication_ns(), std::numeric_limits<int64_t>::max());
}

TEST(Phase, NamesAreThoseOfTheDesign) {
  EXPECT_EQ(Name(Phase::kFetch), "fetch");
  EXPECT_EQ(Name(Phase::kToDevice), "to device");
  EXPECT_EQ(Name(Phase::kSend), "send");
}

TEST(AlphaFit, FindsTheAlphaThatMadeTheData) {
  AlphaFit fit;
  for (int i = 1; i <= 50; ++i) fit.Add(1e6 * i, 8e-10 * 1e6 * i);
  EXPECT_NEAR(fit.alpha(), 8e-10, 1e-22);
  EXPECT_NEAR(fit.r_squared(), 1, 1e-12);
  EXPECT_EQ(fit.count(), 50);
}

// α is one number: over many data sets made with it, nineteen intervals of twenty hold it.
TEST(AlphaFit, TheIntervalHoldsTheAlphaThatMadeNoisyData) {
  constexpr double kAlpha = 2.5e-9, kNoise = 1e-4;
  constexpr int kFits = 2000;
  for (const int samples : {5, 30, 300}) {
    int held = 0;
    for (int f = 0; f < kFits; ++f) {
      const Philox random(static_cast<uint64_t>(samples), static_cast<uint64_t>(f));
      AlphaFit fit;
      for (uint64_t i = 0; i < static_cast<uint64_t>(samples); ++i) {
        const double bytes = 1e5 * (1 + random.Uniform(1000 + i));
        fit.Add(bytes, kAlpha * bytes + kNoise * random.Normal(i));
      }
      held += std::abs(fit.alpha() - kAlpha) <= fit.alpha_error();
    }
    EXPECT_NEAR(static_cast<double>(held) / kFits, 0.95, 0.02) << samples << " samples";
  }
}

TEST(AlphaFit, ExactDataLeavesNoDoubtAndOneSampleAllOfIt) {
  AlphaFit fit;
  fit.Add(100, 5);
  EXPECT_TRUE(std::isinf(fit.alpha_error()));
  fit.Add(200, 10);
  EXPECT_NEAR(fit.alpha_error(), 0, 1e-9);
}

TEST(AlphaFit, LeastSquaresThroughTheOrigin) {
  AlphaFit fit;
  fit.Add(1, 2);
  fit.Add(2, 3);
  EXPECT_DOUBLE_EQ(fit.alpha(), 8.0 / 5);              // (1·2 + 2·3) / (1 + 4)
  EXPECT_DOUBLE_EQ(fit.r_squared(), 64.0 / (5 * 13));  // 1 − (0.4² + 0.2²) / (4 + 9)
}

TEST(AlphaFit, TimeWithoutBytesLowersTheFitNotAlpha) {
  AlphaFit fit;
  fit.Add(0, 1);
  EXPECT_EQ(fit.alpha(), 0);
  EXPECT_EQ(fit.r_squared(), 0);
  fit.Add(10, 1);
  EXPECT_DOUBLE_EQ(fit.alpha(), 0.1);
  EXPECT_DOUBLE_EQ(fit.r_squared(), 0.5);
}

}  // namespace
}  // namespace mote
