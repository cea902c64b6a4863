#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

TEST(Recovery, WorkerThatIsDrainedBeforeItHasComeBackDrainsWhenItDoes) {
  CoreHarness c;
  c.Restart();
  c.Send(mc::DrainWorker{CallId{99}, "w1"});
  c.Connect("w1");
  c.Submit(OneStage("noop", 10)).value();
  EXPECT_THAT(c.TakeLeases("w1"), ::testing::IsEmpty());
  EXPECT_EQ(c.Workers().at(0).state, "draining");
}

TEST(Recovery, FinishedWorkIsNotRedoneAndTheResultIsTheSame) {
  CoreHarness undisturbed;
  undisturbed.Connect("w1");
  const JobId reference = *undisturbed.Submit(OneStage("echo", 200));
  undisturbed.RunAll();
  const std::string want = undisturbed.TableBytes(undisturbed.View(reference).outputs.at(0).output);

  for (int crash_after = 0; crash_after < 12; ++crash_after) {
    CoreHarness c;
    c.Connect("w1");
    const JobId job = *c.Submit(OneStage("echo", 200));
    for (int i = 0; i < crash_after && !IsTerminal(c.View(job).state); ++i) {
      std::vector<mc::SendLease> leases = c.TakeLeases("w1");
      for (const mc::SendLease& lease : leases) c.ReportDone("w1", lease);
    }
    const int64_t committed = c.View(job).stages[0].tasks_committed;
    c.Restart();
    EXPECT_EQ(c.View(job).stages[0].tasks_committed, committed);
    c.Connect("w1");
    c.RunAll();
    ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded) << "crash after " << crash_after;
    EXPECT_EQ(c.TableBytes(c.View(job).outputs.at(0).output), want);
  }
}

TEST(Recovery, HeldLeaseGoesOnUnderTheNewEpoch) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  mc::SendLease lease = c.TakeLease("w1");
  c.Restart();
  const std::vector<mc::KeptLease> kept = c.Connect("w1", 1, {lease.token});
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].held, lease.token);
  EXPECT_NE(kept[0].token.epoch, lease.token.epoch);
  EXPECT_TRUE(c.TakeLeases("w1").empty()) << "work in progress is not redone";
  lease.token = kept[0].token;
  c.ReportDone("w1", lease);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Recovery, StallOfTheLoopDoesNotShortenTheGraceOfWorkersThatAreAway) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  const mc::SendLease lease = c.TakeLease("w1");
  c.Restart();
  c.Send(mc::Tick{absl::Seconds(1)});
  c.Advance(absl::Seconds(9), /*heartbeats=*/false);
  ASSERT_EQ(c.Connect("w1", 1, {lease.token}).size(), 1u) << "within reconnect_grace";
  EXPECT_EQ(c.View(job).stages[0].cost.attempts_lost, 0);
}

TEST(Recovery, ClockThatWasSetBackKeepsNoBlockWaiting) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kEngineCrash);
  c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kEngineCrash);
  EXPECT_TRUE(c.TakeLeases("w1").empty()) << "it waits for its third attempt";
  c.StepClock(-absl::Hours(1));
  c.Restart();
  c.Connect("w1");
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Recovery, ClockThatWasSetBackKeepsNoSlotFromRetrying) {
  CoreHarness c;
  c.Connect("w1", 2);
  const JobId job = *c.Submit(OneStage("noop", 64));
  mc::SendLease lease = c.TakeLease("w1");
  for (; lease.token.block.level == 0; lease = c.TakeLease("w1")) c.ReportDone("w1", lease);
  c.ReportFault("w1", lease, FaultKind::kEngineCrash, lease.token.block.begin() + 1, /*done=*/1);
  c.StepClock(-absl::Hours(1));
  c.Restart();
  c.Connect("w1", 2);
  c.Advance(absl::Seconds(2));
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Recovery, ClockThatWasSetBackMakesNoDeviceTimeNegative) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  mc::SendLease lease = c.TakeLease("w1");
  c.StepClock(-absl::Hours(1));
  c.Restart();
  lease.token = c.Connect("w1", 1, {lease.token}).at(0).token;
  c.ReportDone("w1", lease);
  EXPECT_EQ(c.View(job).stages[0].cost.device_time, absl::ZeroDuration());
}

TEST(Recovery, TokenOfTheOldEpochDoesNotCommit) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  const mc::SendLease lease = c.TakeLease("w1");
  c.Restart();
  c.Connect("w1", 1, {lease.token});
  c.ReportDone("w1", lease);
  EXPECT_FALSE(IsTerminal(c.View(job).state));
}

TEST(Recovery, GrantedBlocksAreHeldBackForTheGraceThenLeasedAgain) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  c.TakeLease("w1");
  c.Restart();
  c.Connect("w2");
  EXPECT_TRUE(c.TakeLeases("w2").empty()) << "w1 may still come back with it";
  c.Advance(absl::Seconds(9));
  EXPECT_TRUE(c.TakeLeases("w2").empty());
  c.Advance(absl::Seconds(2));
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Recovery, WorkerThatComesBackWithoutItsLeaseFreesTheBlockAtOnce) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  c.TakeLease("w1");
  c.Restart();
  c.Connect("w1");
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Recovery, EndedAndCancelledJobsStayEnded) {
  CoreHarness c;
  c.Connect("w1");
  const JobId done = *c.Submit(OneStage("noop", 5), "a");
  c.RunAll();
  const JobId cancelled = *c.Submit(OneStage("noop", 5), "b");
  c.Cancel(cancelled);
  c.Restart();
  EXPECT_EQ(c.View(done).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(cancelled).state, mc::JobState::kCancelled);
  EXPECT_EQ(*c.Submit(OneStage("noop", 5), "a"), done) << "request ids survive";
  const JobId next = *c.Submit(OneStage("noop", 5), "c");
  EXPECT_GT(next, cancelled) << "ids are never used twice";
}

TEST(Recovery, ContradictingEventIsRefused) {
  CoreHarness c;
  mc::FairPolicy policy;
  mc::CoreOptions options;
  options.policy = &policy;
  mc::Core core(options, mc::BuiltinPlanners());
  const absl::Status status = core.Replay(mc::LeaseGranted{{Epoch{1}, JobId{7}, PassId{1}, {0, 0}, 1}, "w", 0, {}});
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("unknown job 7"));
}

TEST(Recovery, WorkersThatAreExpectedBackWereNotHeardOfInTheFuture) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(OneStage("noop", 2)).value();
  c.Restart();
  ASSERT_EQ(c.Workers().size(), 1u) << "it holds a lease";
  EXPECT_EQ(c.Workers()[0].since_heard, absl::ZeroDuration());
}

}  // namespace
}  // namespace mote::testing
