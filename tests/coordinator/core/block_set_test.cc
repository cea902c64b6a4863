#include "coordinator/core/block_set.h"

#include <gtest/gtest.h>

#include "common/philox.h"

namespace mote::coordinator {
namespace {

constexpr int64_t kNoWindow = INT64_MAX;

LeaseToken TokenOf(Block block, uint32_t attempt) { return {Epoch{1}, JobId{1}, PassId{1}, block, attempt}; }

Block LeaseNext(BlockSet& blocks, int level, uint32_t attempt) {
  const std::optional<Block> block = blocks.Next(absl::UnixEpoch(), level, kNoWindow);
  EXPECT_TRUE(block.has_value());
  EXPECT_TRUE(blocks.Lease(*block, {attempt, Epoch{1}, "w", 0, absl::UnixEpoch()}).ok());
  return *block;
}

TEST(BlockSet, UntouchedBillionTasksAreOneNumber) {
  BlockSet blocks(1'000'000'000);
  EXPECT_EQ(blocks.pending(), 1'000'000'000);
  EXPECT_TRUE(blocks.leases().empty());
}

TEST(BlockSet, BlocksAreAlignedAndLowestFirst) {
  BlockSet blocks(10);
  EXPECT_EQ(LeaseNext(blocks, 0, 1), (Block{0, 0}));
  EXPECT_EQ(LeaseNext(blocks, 2, 2), (Block{0, 1}));  // aligned at 1: one task
  EXPECT_EQ(LeaseNext(blocks, 2, 3), (Block{1, 1}));
  EXPECT_EQ(LeaseNext(blocks, 2, 4), (Block{2, 1}));
  EXPECT_EQ(LeaseNext(blocks, 2, 5).range(10), (TaskRange{8, 10}));
  EXPECT_FALSE(blocks.Next(absl::UnixEpoch(), 2, kNoWindow).has_value());
}

TEST(BlockSet, ReturnedBlocksComeBeforeTheFrontier) {
  BlockSet blocks(100);
  const Block first = LeaseNext(blocks, 2, 1);
  LeaseNext(blocks, 2, 2);
  ASSERT_TRUE(blocks.Fail(TokenOf(first, 1), {first}, absl::InfinitePast()).ok());
  EXPECT_EQ(LeaseNext(blocks, 2, 3), first);
}

TEST(BlockSet, ReturnedBlockIsCutWhenSmallerBlocksAreWanted) {
  BlockSet blocks(100);
  const Block first = LeaseNext(blocks, 3, 1);
  ASSERT_TRUE(blocks.Fail(TokenOf(first, 1), {first}, absl::InfinitePast()).ok());
  EXPECT_EQ(LeaseNext(blocks, 1, 2), (Block{1, 0}));
  EXPECT_EQ(LeaseNext(blocks, 3, 3), (Block{1, 1}));
  EXPECT_EQ(LeaseNext(blocks, 3, 4), (Block{2, 1}));
}

TEST(BlockSet, BackOffHoldsABlockUntilItsTime) {
  BlockSet blocks(4);
  const Block all = LeaseNext(blocks, 2, 1);
  const absl::Time later = absl::UnixEpoch() + absl::Seconds(5);
  ASSERT_TRUE(blocks.Fail(TokenOf(all, 1), {all}, later).ok());
  EXPECT_FALSE(blocks.Next(later - absl::Nanoseconds(1), 2, kNoWindow).has_value());
  EXPECT_EQ(blocks.Next(later, 2, kNoWindow), all);
  EXPECT_EQ(blocks.next_ready(), later);
}

TEST(BlockSet, FinishedPrefixIsSettledAndTheRestIsPending) {
  BlockSet blocks(8);
  const Block all = LeaseNext(blocks, 3, 1);
  ASSERT_TRUE(blocks.Commit(TokenOf(all, 1), 3).ok());
  EXPECT_EQ(blocks.settled(), 3);
  EXPECT_EQ(blocks.pending(), 5);
  EXPECT_EQ(blocks.first_unsettled(), 3);
  EXPECT_EQ(LeaseNext(blocks, 3, 2), (Block{0, 3}));
  EXPECT_EQ(LeaseNext(blocks, 3, 3), (Block{2, 1}));
}

TEST(BlockSet, TokenOfAnotherAttemptEpochOrBlockIsNotCurrent) {
  BlockSet blocks(8);
  const Block all = LeaseNext(blocks, 3, 7);
  EXPECT_NE(blocks.Find(TokenOf(all, 7)), nullptr);
  EXPECT_EQ(blocks.Find(TokenOf(all, 6)), nullptr);
  EXPECT_EQ(blocks.Find(TokenOf({2, 0}, 7)), nullptr);
  LeaseToken old_epoch = TokenOf(all, 7);
  old_epoch.epoch = Epoch{0};
  EXPECT_EQ(blocks.Find(old_epoch), nullptr);
}

TEST(BlockSet, SecondAttemptKeepsTheBlockLeasedWhenTheFirstFails) {
  BlockSet blocks(4);
  const Block all = LeaseNext(blocks, 2, 1);
  ASSERT_TRUE(blocks.Lease(all, {2, Epoch{1}, "v", 0, absl::UnixEpoch()}).ok());
  EXPECT_FALSE(blocks.Lease(all, {3, Epoch{1}, "u", 0, absl::UnixEpoch()}).ok());
  ASSERT_TRUE(blocks.Fail(TokenOf(all, 1), {all}, absl::InfinitePast()).ok());
  EXPECT_EQ(blocks.leased(), 4);
  ASSERT_TRUE(blocks.Commit(TokenOf(all, 2), 4).ok());
  EXPECT_EQ(blocks.settled(), 4);
}

TEST(BlockSet, IsolatedTaskIsLeasedAlone) {
  BlockSet blocks(8);
  const Block all = LeaseNext(blocks, 3, 1);
  ASSERT_TRUE(blocks.Commit(TokenOf(all, 1), 4).ok());
  ASSERT_TRUE(blocks.Isolate({0, 4}, absl::InfinitePast()).ok());
  EXPECT_EQ(LeaseNext(blocks, 3, 2), (Block{0, 4}));
  EXPECT_EQ(LeaseNext(blocks, 3, 3), (Block{0, 5}));
  EXPECT_EQ(LeaseNext(blocks, 3, 4), (Block{1, 3}));
}

TEST(BlockSet, AnyHistoryCoversEveryTaskExactlyOnce) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const Philox random(seed, 0);
    const int64_t n = 1 + static_cast<int64_t>(random.U64(0) % 70);
    BlockSet blocks(n);
    std::vector<int> done(n, 0);
    std::vector<LeaseToken> live;
    uint32_t attempt = 1;
    for (uint64_t i = 1; blocks.settled() < n; ++i) {
      ASSERT_LT(i, 10'000u) << "no progress with seed " << seed;
      const std::optional<Block> next =
          blocks.Next(absl::UnixEpoch(), static_cast<int>(random.U64(i * 4) % 5), kNoWindow);
      if (next && random.Uniform(i * 4 + 1) < 0.6) {
        ASSERT_TRUE(blocks.Lease(*next, {attempt, Epoch{1}, "w", 0, absl::UnixEpoch()}).ok());
        live.push_back(TokenOf(*next, attempt++));
        continue;
      }
      if (live.empty()) continue;
      const size_t pick = random.U64(i * 4 + 2) % live.size();
      const LeaseToken token = live[pick];
      live.erase(live.begin() + pick);
      const TaskRange range = token.block.range(n);
      if (random.Uniform(i * 4 + 3) < 0.3) {
        ASSERT_TRUE(blocks.Fail(token, {token.block}, absl::InfinitePast()).ok());
        continue;
      }
      const int64_t end = range.begin + 1 + static_cast<int64_t>(random.U64(i * 4 + 3) % range.size());
      for (int64_t task = range.begin; task < end; ++task) ++done[task];
      ASSERT_TRUE(blocks.Commit(token, end).ok());
    }
    EXPECT_EQ(done, std::vector<int>(n, 1)) << "seed " << seed;
  }
}

TEST(BlockSet, TaskBeyondTheFrontierIsSettledAndItsNeighboursStayPending) {
  BlockSet blocks(100);
  ASSERT_TRUE(blocks.Settle(37).ok());
  EXPECT_FALSE(blocks.Settle(37).ok());
  EXPECT_FALSE(blocks.Settle(100).ok());
  EXPECT_EQ(blocks.pending(), 99);
  std::vector<int> leased(100, 0);
  uint32_t attempt = 1;
  while (const std::optional<Block> next = blocks.Next(absl::UnixEpoch(), 3, 100)) {
    ASSERT_TRUE(blocks.Lease(*next, {attempt++, Epoch{1}, "w", 0, absl::UnixEpoch()}).ok());
    for (int64_t task = next->begin(); task < next->end(100); ++task) ++leased[task];
  }
  std::vector<int> want(100, 1);
  want[37] = 0;
  EXPECT_EQ(leased, want);
}

TEST(BlockSet, IsRebuiltFromItsFrontierAndWhatIsNotSettledBelowIt) {
  BlockSet blocks(1000);
  const Block leased = LeaseNext(blocks, 4, 1), failed = LeaseNext(blocks, 4, 2), done = LeaseNext(blocks, 4, 3);
  ASSERT_TRUE(blocks.Fail(TokenOf(failed, 2), {failed.Left(), failed.Right()}, absl::FromUnixSeconds(9)).ok());
  ASSERT_TRUE(blocks.Commit(TokenOf(done, 3), done.begin() + 5).ok());

  BlockSet restored(1000);
  ASSERT_TRUE(restored.RestoreFrontier(blocks.frontier()).ok());
  for (const auto& [begin, returned] : blocks.returned()) ASSERT_TRUE(restored.RestoreReturned(returned).ok());
  for (const auto& [begin, lease] : blocks.leases()) ASSERT_TRUE(restored.RestoreLeased(lease).ok());
  EXPECT_EQ(restored.settled(), 5);
  EXPECT_EQ(restored.settled(), blocks.settled());
  EXPECT_EQ(restored.leased(), blocks.leased());
  EXPECT_EQ(restored.pending(), blocks.pending());
  EXPECT_EQ(restored.next_ready(), blocks.next_ready());
  EXPECT_EQ(restored.first_unsettled(), leased.begin());
  EXPECT_NE(restored.Find(TokenOf(leased, 1)), nullptr);
  while (const std::optional<Block> next = blocks.Next(absl::InfiniteFuture(), 6, kNoWindow)) {
    EXPECT_EQ(restored.Next(absl::InfiniteFuture(), 6, kNoWindow), next);
    for (BlockSet* set : {&blocks, &restored}) {
      ASSERT_TRUE(set->Lease(*next, {9, Epoch{1}, "w", 0, absl::UnixEpoch()}).ok());
    }
  }
}

TEST(BlockSet, WhatContradictsTheFrontierIsNotRestored) {
  BlockSet blocks(100);
  EXPECT_FALSE(blocks.RestoreFrontier(101).ok());
  ASSERT_TRUE(blocks.RestoreFrontier(64).ok());
  EXPECT_FALSE(blocks.RestoreFrontier(70).ok()) << "only of a set that nobody has touched";
  ASSERT_TRUE(blocks.RestoreReturned({{3, 2}, absl::InfinitePast()}).ok());
  EXPECT_FALSE(blocks.RestoreReturned({{3, 2}, absl::InfinitePast()}).ok());
  EXPECT_FALSE(blocks.RestoreLeased({{3, 8}, {{1, Epoch{1}, "w", 0, absl::UnixEpoch()}}}).ok()) << "beyond it";
}

TEST(BlockSet, HeldBlockStaysLeasedAndTakesAnotherAttempt) {
  BlockSet blocks(8);
  const Block block = LeaseNext(blocks, 2, 1);
  ASSERT_TRUE(blocks.Hold(TokenOf(block, 1)).ok());
  EXPECT_EQ(blocks.leased(), 4);
  EXPECT_EQ(blocks.awaited(), 1);
  EXPECT_EQ(blocks.Find(TokenOf(block, 1)), nullptr);  // it has had its say

  ASSERT_TRUE(blocks.Lease(block, {2, Epoch{1}, "w", 0, absl::UnixEpoch()}).ok());
  EXPECT_EQ(blocks.awaited(), 0);
  ASSERT_TRUE(blocks.Fail(TokenOf(block, 2), {}, absl::UnixEpoch()).ok());
  EXPECT_EQ(blocks.awaited(), 1);

  ASSERT_TRUE(blocks.Lease(block, {3, Epoch{1}, "w", 0, absl::UnixEpoch()}).ok());
  ASSERT_TRUE(blocks.Commit(TokenOf(block, 3), 4).ok());
  EXPECT_EQ(blocks.settled(), 4);
  EXPECT_EQ(blocks.awaited(), 0);
}

TEST(BlockSet, HeldBlockThatIsToBlameIsPendingAgainInPieces) {
  BlockSet blocks(8);
  const Block block = LeaseNext(blocks, 2, 1);
  ASSERT_TRUE(blocks.Hold(TokenOf(block, 1)).ok());
  ASSERT_TRUE(blocks.Lease(block, {2, Epoch{1}, "w", 0, absl::UnixEpoch()}).ok());
  ASSERT_TRUE(blocks.Fail(TokenOf(block, 2), {block.Left(), block.Right()}, absl::UnixEpoch()).ok());
  EXPECT_EQ(blocks.pending(), 8);
  EXPECT_EQ(blocks.awaited(), 0);
}

}  // namespace
}  // namespace mote::coordinator
