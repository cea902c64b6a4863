// Leases that nobody reports on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A second at a time, with heartbeats.
void Live(CoreHarness& c, int seconds) {
  for (int i = 0; i < seconds; ++i) c.Advance(absl::Seconds(1));
}

TEST(LeaseLimit, HealthyTaskOfAMinuteIsNotDisturbed) {
  CoreHarness c;
  c.Connect("w1");
  c.Connect("w2");
  const JobId job = *c.Submit(OneStage("noop", 1));
  const mc::SendLease lease = c.TakeLease("w1");
  Live(c, 60);
  EXPECT_THAT(c.TakeRevokes("w1"), IsEmpty());
  c.ReportDone("w1", lease);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(LeaseLimit, LongTaskMayTakeTheTimeThatTheStageGivesIt) {
  CoreHarness c;
  c.Connect("w1");
  mc::JobSpec spec = OneStage("noop", 1);
  spec.stages[0].timeout = absl::Hours(1);
  const JobId job = *c.Submit(spec);
  const mc::SendLease lease = c.TakeLease("w1");
  Live(c, 3600);
  EXPECT_THAT(c.TakeRevokes("w1"), IsEmpty());
  c.ReportDone("w1", lease);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(LeaseLimit, WorkerThatLivesAndNeverReportsLosesItsLeaseToAnother) {
  CoreHarness c;
  c.Connect("mute");
  const JobId job = *c.Submit(OneStage("noop", 2));
  const std::vector<mc::SendLease> held = c.TakeLeases("mute");
  ASSERT_EQ(held.size(), 2u);
  Live(c, 60 + 120 + 2);
  EXPECT_THAT(c.TakeRevokes("mute"), Contains(held[0].token));
  EXPECT_EQ(c.View(job).stages[0].cost.attempts_lost, 1) << "what stood behind it was only given back";
  c.ReportDone("mute", held[0]);  // too late: acknowledged and ignored
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 0);
  c.Connect("good");
  c.Goodbye("mute");
  c.Advance(absl::Seconds(2));
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(LeaseLimit, TaskThatNobodyEverReportsOnEndsTheJobWithTheCause) {
  CoreHarness c;
  c.Connect("mute");
  const JobId job = *c.Submit(OneStage("noop", 1));
  for (int i = 0; i < 30 && !IsTerminal(c.View(job).state); ++i) Live(c, 200);
  const mc::JobView view = c.View(job);
  ASSERT_EQ(view.state, mc::JobState::kFailed);
  EXPECT_EQ(view.failure->failure.kind, FaultKind::kLeaseExpired);
  EXPECT_THAT(view.failure->failure.message, HasSubstr("slot 0 of worker mute reported nothing for 3m"));
}

TEST(LeaseLimit, TimeInWhichTheLoopDidNotRunDoesNotCount) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(OneStage("noop", 1)).value();
  c.TakeLease("w1");
  Live(c, 100);
  c.Heartbeat("w1");
  c.Send(mc::Tick{absl::Minutes(10)});
  Live(c, 170);
  EXPECT_THAT(c.TakeRevokes("w1"), IsEmpty());
}

}  // namespace
}  // namespace mote::testing
