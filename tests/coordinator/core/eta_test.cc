#include "coordinator/core/eta.h"

#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

constexpr absl::Duration kTask = absl::Seconds(1);

// Does `count` leased tasks of a second each, one after the other.
void RunTasks(CoreHarness& c, const std::string& worker, int count) {
  c.task_duration = kTask;
  for (int i = 0; i < count; ++i) {
    const mc::SendLease lease = c.TakeLease(worker);
    ASSERT_EQ(lease.token.block.size(lease.pass->task_count), 1);
    c.Advance(kTask);
    c.ReportDone(worker, lease);
  }
}

TEST(Eta, IsUnknownUntilATaskIsDoneAndOnceAllAre) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 3));
  EXPECT_FALSE(c.View(job).stages[0].eta);
  EXPECT_FALSE(c.View(job).eta);
  RunTasks(c, "w1", 1);
  EXPECT_TRUE(c.View(job).stages[0].eta);
  EXPECT_TRUE(c.View(job).eta);
  RunTasks(c, "w1", 2);
  ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_FALSE(c.View(job).stages[0].eta);
  EXPECT_FALSE(c.View(job).eta);
}

TEST(Eta, OneSlotTakesTheTimeOfTheTasksThatAreLeft) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 100));
  RunTasks(c, "w1", 20);
  const mc::Eta eta = *c.View(job).eta;
  EXPECT_NEAR(absl::ToDoubleSeconds(eta.expected), 80, 1);
  EXPECT_LT(eta.low, absl::Seconds(80));
  EXPECT_GT(eta.high, absl::Seconds(80));
  EXPECT_LT(eta.high - eta.low, absl::Seconds(32));  // equal tasks leave little doubt
}

TEST(Eta, WhatALiveAttemptHasSpentIsNotLeft) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 10));
  RunTasks(c, "w1", 5);
  const absl::Duration before = c.View(job).eta->expected;
  c.Advance(absl::Milliseconds(600));
  EXPECT_NEAR(absl::ToDoubleSeconds(before - c.View(job).eta->expected), 0.6, 0.05);
}

TEST(Eta, TwoSlotsTakeHalf) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 100));
  RunTasks(c, "w1", 20);
  const absl::Duration alone = c.View(job).eta->expected;
  c.Connect("w2");
  EXPECT_NEAR(absl::FDivDuration(c.View(job).eta->expected, alone), 0.5, 0.05);
}

TEST(Eta, WithoutAReadySlotThereIsNone) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 10));
  RunTasks(c, "w1", 2);
  c.Disconnect("w1");
  EXPECT_FALSE(c.View(job).eta);
}

// `work` of ten tasks, then `later` of as many.
mc::JobSpec TwoStages() {
  mc::JobSpec spec = OneStage("noop", 10);
  spec.stages.push_back(spec.stages[0]);
  spec.stages[1].name = "later";
  spec.stages[1].after = {"work"};
  spec.no_reuse = true;
  return spec;
}

// A stage whose tasks are not planned yet may take any time.
TEST(Eta, OfAJobIsUnknownWhileAStageWaitsWhoseLikeNeverRan) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(TwoStages());
  RunTasks(c, "w1", 3);
  EXPECT_TRUE(c.View(job).stages[0].eta);
  EXPECT_FALSE(c.View(job).eta);
}

TEST(Eta, OfStagesThatWaitIsWhatTheirLikeTookBefore) {
  CoreHarness c;
  c.Connect("w1");
  const JobId before = *c.Submit(TwoStages());
  RunTasks(c, "w1", 20);
  ASSERT_EQ(c.View(before).state, mc::JobState::kSucceeded);
  const JobId job = *c.Submit(TwoStages());
  ASSERT_TRUE(c.View(job).eta) << "before a task of its own is done";
  EXPECT_NEAR(absl::ToDoubleSeconds(c.View(job).eta->expected), 20, 0.5);
  ASSERT_TRUE(c.View(job).stages[0].eta);
  EXPECT_NEAR(absl::ToDoubleSeconds(c.View(job).stages[0].eta->expected), 10, 0.5);
  EXPECT_FALSE(c.View(job).stages[1].eta) << "it waits";
  RunTasks(c, "w1", 5);
  const mc::Eta eta = *c.View(job).eta;
  EXPECT_NEAR(absl::ToDoubleSeconds(eta.expected), 15, 0.5) << "one stage after the other";
  EXPECT_LT(eta.low, absl::Seconds(13));
  EXPECT_GT(eta.high, absl::Seconds(17));
  RunTasks(c, "w1", 15);
  EXPECT_FALSE(c.View(job).eta);
}

TEST(Eta, JobsOfOtherNamesOrWithOtherOperationsAreNoLike) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(TwoStages()).value();
  RunTasks(c, "w1", 20);
  mc::JobSpec other = TwoStages();
  other.name = "other";
  const JobId job = *c.Submit(other);
  EXPECT_FALSE(c.View(job).eta);
  RunTasks(c, "w1", 20);
  mc::JobSpec echoes = TwoStages();
  echoes.stages[1].operation = "echo";
  const JobId echo = *c.Submit(echoes);
  EXPECT_TRUE(c.View(echo).stages[0].eta);
  EXPECT_FALSE(c.View(echo).eta);
}

TEST(Eta, GoesOnAfterARestart) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 100));
  RunTasks(c, "w1", 20);
  c.Restart();
  c.Connect("w1");
  EXPECT_NEAR(absl::ToDoubleSeconds(c.View(job).eta->expected), 80, 3);
}

}  // namespace
}  // namespace mote::testing
