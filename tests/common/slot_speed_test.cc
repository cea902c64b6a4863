#include "common/slot_speed.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/philox.h"

namespace mote {
namespace {

// A slot four times slower than the mean, whose blocks vary by a fifth.
TEST(SlotSpeed, TheIntervalHoldsTheSlownessThatMadeTheBlocks) {
  constexpr double kSlowness = 4, kNoise = 0.8;
  constexpr int kSlots = 2000;
  for (const uint64_t blocks : {4, 10, 100}) {
    int held = 0;
    for (uint64_t slot = 0; slot < kSlots; ++slot) {
      const Philox random(slot, blocks);
      SlotSpeed speed;
      for (uint64_t i = 0; i < blocks; ++i) speed.Add(kSlowness + kNoise * random.Normal(i));
      held += std::abs(speed.slowness().value - kSlowness) <= speed.slowness().error;
    }
    EXPECT_NEAR(static_cast<double>(held) / kSlots, 0.95, 0.03) << blocks << " blocks";
  }
}

TEST(SlotSpeed, AnUnknownSlotIsLikeTheOthers) {
  EXPECT_FALSE(SlotSpeed().is_measured());
  EXPECT_EQ(SlotSpeed().slowness().value, 1);
  SlotSpeed once;
  once.Add(3);
  EXPECT_TRUE(once.is_measured());
  EXPECT_EQ(once.slowness().value, 3);
  EXPECT_TRUE(std::isinf(once.slowness().error));
}

TEST(SlotSpeed, ASlotThatRecoveredIsTrustedAgain) {
  SlotSpeed speed;
  for (int i = 0; i < 100; ++i) speed.Add(10);
  for (int i = 0; i < 10; ++i) speed.Add(1);
  EXPECT_LT(speed.slowness().value, 1.3);
}

}  // namespace
}  // namespace mote
