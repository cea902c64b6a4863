#include "coordinator/schedule/block_size.h"

#include <gtest/gtest.h>

#include "coordinator/schedule/fair_policy.h"

namespace mote::coordinator {
namespace {

TEST(BlockSize, UnknownDurationStartsWithOneTask) {
  EXPECT_EQ(ChooseBlockLevel({1'000'000, 2, absl::ZeroDuration()}), 0);
}

TEST(BlockSize, BlockTakesAtMostATenthOfASecond) {
  const int level = ChooseBlockLevel({1'000'000'000, 2, absl::Milliseconds(1)});
  EXPECT_EQ(level, 6);  // 64 ms
}

TEST(BlockSize, ShrinksTowardTheTail) {
  EXPECT_EQ(ChooseBlockLevel({64, 2, absl::Milliseconds(1)}), 4);
  EXPECT_EQ(ChooseBlockLevel({16, 2, absl::Milliseconds(10)}), 2);
  EXPECT_EQ(ChooseBlockLevel({2, 2, absl::Milliseconds(10)}), 0);
}

TEST(BlockSize, OneSlotAloneEndsByItself) {
  EXPECT_EQ(ChooseBlockLevel({16, 1, absl::Milliseconds(4)}), 4);
  EXPECT_EQ(ChooseBlockLevel({16, 1, absl::Milliseconds(10)}), 3) << "a tenth of a second";
}

TEST(BlockSize, TinyTasksAreNotCutBelowWhatADispatchIsWorth) {
  EXPECT_EQ(ChooseBlockLevel({1'000, 2, absl::Nanoseconds(100)}), 8);  // an even share, not half of one
}

TEST(BlockSize, CanBeBounded) {
  const BlockDemand demand{1'000'000'000, 2, absl::Nanoseconds(20)};
  EXPECT_GT(FairPolicy().BlockLevel(demand), 10);
  EXPECT_EQ(FairPolicy(64).BlockLevel(demand), 6);
  EXPECT_EQ(FairPolicy(65).BlockLevel(demand), 6);
  EXPECT_EQ(FairPolicy(1).BlockLevel(demand), 0);
}

TEST(BlockSize, LongTasksGoOneByOne) { EXPECT_EQ(ChooseBlockLevel({1'000, 2, absl::Seconds(10)}), 0); }

}  // namespace
}  // namespace mote::coordinator
