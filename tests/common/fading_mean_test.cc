#include "common/fading_mean.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/philox.h"

namespace mote {
namespace {

// A slot four times slower than the mean, whose blocks vary by a fifth.
TEST(FadingMean, TheIntervalHoldsTheSlownessThatMadeTheBlocks) {
  constexpr double kSlowness = 4, kNoise = 0.8;
  constexpr int kSlots = 2000;
  for (const uint64_t blocks : {4, 10, 100}) {
    int held = 0;
    for (uint64_t slot = 0; slot < kSlots; ++slot) {
      const Philox random(slot, blocks);
      FadingMean speed;
      for (uint64_t i = 0; i < blocks; ++i) speed.Add(kSlowness + kNoise * random.Normal(i));
      held += std::abs(speed.estimate().value - kSlowness) <= speed.estimate().error;
    }
    EXPECT_NEAR(static_cast<double>(held) / kSlots, 0.95, 0.03) << blocks << " blocks";
  }
}

TEST(FadingMean, AnUnknownSlotIsLikeTheOthers) {
  EXPECT_FALSE(FadingMean(1).is_measured());
  EXPECT_EQ(FadingMean(1).estimate().value, 1);
  FadingMean once;
  once.Add(3);
  EXPECT_TRUE(once.is_measured());
  EXPECT_EQ(once.estimate().value, 3);
  EXPECT_TRUE(std::isinf(once.estimate().error));
}

TEST(FadingMean, ASlotThatRecoveredIsTrustedAgain) {
  FadingMean speed;
  for (int i = 0; i < 100; ++i) speed.Add(10);
  for (int i = 0; i < 10; ++i) speed.Add(1);
  EXPECT_LT(speed.estimate().value, 1.3);
}

}  // namespace
}  // namespace mote
