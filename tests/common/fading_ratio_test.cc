#include "common/fading_ratio.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

TEST(FadingRatio, IsThatOfTheSums) {
  FadingRatio ratio;
  EXPECT_FALSE(ratio.is_measured());
  EXPECT_EQ(ratio.ratio(), 0);
  ratio.Add(1e8, 8);
  EXPECT_TRUE(ratio.is_measured());
  EXPECT_DOUBLE_EQ(ratio.ratio(), 8e-8);
  for (int i = 0; i < 10; ++i) ratio.Add(1e7, 0.8);
  EXPECT_DOUBLE_EQ(ratio.ratio(), 8e-8);
}

// A slot that waits for another one's fetch of 100 MB reports its own 50 KB and 8 s.
TEST(FadingRatio, SmallSamplesOfOddRatioHardlyMove) {
  FadingRatio ratio;
  ratio.Add(5e4, 8);
  ratio.Add(1e8, 8);
  EXPECT_NEAR(ratio.ratio(), 8e-8, 1e-10);
  for (int i = 0; i < 100; ++i) ratio.Add(5e4, 0.05);
  EXPECT_NEAR(ratio.ratio(), 8e-8, 1e-8) << "nor do they make forget what a large one told";
}

TEST(FadingRatio, FollowsALinkThatChanges) {
  FadingRatio ratio;
  for (int i = 0; i < 20; ++i) ratio.Add(1e7, 0.8);
  for (int i = 0; i < 10; ++i) ratio.Add(1e7, 0.08);
  EXPECT_LT(ratio.ratio(), 1.1e-8);
}

}  // namespace
}  // namespace mote
