#include "common/alpha_fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/philox.h"

namespace mote {
namespace {

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
