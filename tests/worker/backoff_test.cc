#include "worker/session/backoff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mote::worker {
namespace {

TEST(Backoff, WaitsDoubleUpToTheLongestWithinTheJitter) {
  Backoff backoff(absl::Milliseconds(100), absl::Seconds(1), 7);
  absl::Duration full = absl::Milliseconds(100);
  for (int i = 0; i < 40; ++i) {
    const absl::Duration wait = backoff.Next();
    EXPECT_GE(wait, full / 2) << i;
    EXPECT_LE(wait, full) << i;
    full = std::min(absl::Seconds(1), full * 2);
  }
}

TEST(Backoff, AfterResetTheFirstWaitIsShortAgain) {
  Backoff backoff(absl::Milliseconds(100), absl::Seconds(5), 7);
  for (int i = 0; i < 10; ++i) backoff.Next();
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Milliseconds(100));
}

TEST(Backoff, SeedsDecideTheJitterAndNothingElseDoes) {
  Backoff a(absl::Seconds(1), absl::Seconds(9), 1), same(absl::Seconds(1), absl::Seconds(9), 1);
  Backoff other(absl::Seconds(1), absl::Seconds(9), 2);
  const absl::Duration first = a.Next();
  EXPECT_EQ(first, same.Next());
  EXPECT_NE(first, other.Next());
}

}  // namespace
}  // namespace mote::worker
