#include "coordinator/core/heartbeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

// So many more workers than may come each second.
void ConnectMany(CoreHarness& c, int64_t count) {
  for (int64_t i = 0; i < count; ++i) c.Connect(absl::StrCat("w", i));
}

TEST(Heartbeat, OfAFewWorkersComesEachSecond) {
  CoreHarness c;
  ConnectMany(c, 10);
  EXPECT_EQ(mc::HeartbeatInterval(c.core().state()), c.options.heartbeat_interval);
  EXPECT_EQ(mc::SilenceLimit(c.core().state(), *c.core().state().cluster.Find("w3")), c.options.heartbeat_timeout);
}

TEST(Heartbeat, OfManyComesMoreRarelyAndSilenceIsAllowedForAsMuchLonger) {
  CoreHarness c;
  ConnectMany(c, 2 * mc::kHeartbeatsPerSecond);
  const mc::State& state = c.core().state();
  EXPECT_EQ(mc::HeartbeatInterval(state), absl::Seconds(2));
  // The first to come was told so with the answer to its next heartbeat.
  EXPECT_EQ(mc::SilenceLimit(state, *state.cluster.Find("w0")), c.options.heartbeat_timeout);
  c.Heartbeat("w0");
  EXPECT_EQ(mc::SilenceLimit(state, *state.cluster.Find("w0")), 2 * c.options.heartbeat_timeout);
  c.Advance(c.options.heartbeat_timeout + absl::Seconds(1), /*heartbeats=*/false);
  EXPECT_NE(state.cluster.Find("w0"), nullptr);
  EXPECT_EQ(state.cluster.Find("w1"), nullptr) << "it was never told to come more rarely";
  c.Advance(c.options.heartbeat_timeout, /*heartbeats=*/false);
  EXPECT_EQ(state.cluster.Find("w0"), nullptr);
}

TEST(Heartbeat, AWorkerWhoseStreamIsGoneHasTheShortTimeToComeBack) {
  CoreHarness c;
  ConnectMany(c, 2 * mc::kHeartbeatsPerSecond);
  c.Heartbeat("w0");
  c.Disconnect("w0");
  const mc::State& state = c.core().state();
  c.Advance(c.options.heartbeat_timeout - absl::Seconds(1));
  EXPECT_NE(state.cluster.Find("w0"), nullptr);
  c.Advance(absl::Seconds(2));
  EXPECT_EQ(state.cluster.Find("w0"), nullptr);
}

}  // namespace
}  // namespace mote::testing
