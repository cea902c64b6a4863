#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

mc::JobSpec Due(absl::Duration deadline, int64_t tasks = 4) {
  mc::JobSpec spec = OneStage("noop", tasks);
  spec.deadline = deadline;
  return spec;
}

TEST(Deadline, AJobThatIsOverdueFailsAndSaysHowFarItWas) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Due(absl::Seconds(10)));
  c.ReportDone("w1", c.TakeLease("w1"));
  c.Advance(absl::Seconds(9));
  EXPECT_FALSE(IsTerminal(c.View(job).state));
  c.Advance(absl::Seconds(1));
  const mc::JobView view = c.View(job);
  ASSERT_EQ(view.state, mc::JobState::kFailed);
  EXPECT_EQ(view.failure->failure.kind, FaultKind::kDeadline);
  EXPECT_EQ(view.failure->stage, "work");
  EXPECT_THAT(view.failure->failure.message,
              HasSubstr("within its deadline of 10s: 0 of 1 stages are complete, and work has done 1 of 4 tasks"));
  EXPECT_THAT(c.TakeRevokes("w1"), ::testing::Not(::testing::IsEmpty())) << "its workers are free for others";
}

TEST(Deadline, TheMessageSaysWhatAJobWaitedFor) {
  CoreHarness c;
  const JobId job = *c.Submit(Due(absl::Seconds(1)));
  c.Advance(absl::Seconds(1));
  EXPECT_THAT(c.View(job).failure->failure.message, HasSubstr("it was waiting: no worker is connected"));
}

TEST(Deadline, WhatHasArrivedByThenCounts) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Due(absl::Seconds(10), 1));
  const mc::SendLease lease = c.TakeLease("w1");
  c.StepClock(absl::Seconds(20));  // the loop's next step: first the report, then the tick
  c.ReportDone("w1", lease);
  c.Advance(absl::ZeroDuration());
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Deadline, AReportAfterwardsChangesNothing) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Due(absl::Seconds(10), 1));
  const mc::SendLease lease = c.TakeLease("w1");
  c.Advance(absl::Seconds(10));
  const size_t events = c.journal().size();
  c.ReportDone("w1", lease);
  EXPECT_EQ(c.journal().size(), events);
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_THAT(c.TakeAcks("w1"), ::testing::ElementsAre(lease.token)) << "acknowledged, so that it is not sent again";
}

TEST(Deadline, ItRunsWhileTheCoordinatorIsAway) {
  CoreHarness c;
  const JobId job = *c.Submit(Due(absl::Seconds(10)));
  const JobId later = *c.Submit(Due(absl::Seconds(100)));
  c.StepClock(absl::Seconds(20));
  c.Restart();
  c.Advance(absl::Milliseconds(50));
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_FALSE(IsTerminal(c.View(later).state));
}

TEST(Deadline, ARetryHasAllOfItAgainAndGoesOnFromThere) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Due(absl::Seconds(10)));
  c.ReportDone("w1", c.TakeLease("w1"));
  c.Advance(absl::Seconds(10));
  ASSERT_EQ(c.View(job).state, mc::JobState::kFailed);
  c.TakeLeases("w1");
  c.Send(mc::RetryJob{{77}, job, ""});
  c.Restart();  // also from the journal
  c.Connect("w1");
  c.Advance(absl::Seconds(9));
  EXPECT_EQ(c.View(job).state, mc::JobState::kRunning);
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 1);
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  c.Advance(absl::Minutes(1));
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded) << "it ends once";
}

}  // namespace
}  // namespace mote::testing
