#include "coordinator/core/straggler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Does what is leased to `worker` until nothing more comes.
void DoAll(CoreHarness& c, const std::string& worker) {
  for (auto leases = c.TakeLeases(worker); !leases.empty(); leases = c.TakeLeases(worker)) {
    for (const mc::SendLease& lease : leases) c.ReportDone(worker, lease);
  }
}

// A pass whose last block is w1's alone, of many tasks of 1 ms, and late; w2 is idle.
struct LateBlock {
  LateBlock() {
    c.Connect("w1");
    job = *c.Submit(OneStage("noop", 64));
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
    std::vector<mc::SendLease> leases = c.TakeLeases("w1");
    for (const mc::SendLease& lease : leases) {
      if (lease.token.block.level > 1) late = lease;
    }
    for (const mc::SendLease& lease : leases) {
      if (lease.token != late.token) c.ReportDone("w1", lease);
    }
    c.Connect("w2");
    DoAll(c, "w2");
    const mc::BlockSet& blocks = c.core().state().FindJob(job)->passes.at(late.token.pass).blocks;
    while (blocks.leased() > late.token.block.size(64)) {
      c.Advance(absl::Milliseconds(50));
      DoAll(c, "w2");
    }
  }
  CoreHarness c;
  JobId job;
  mc::SendLease late;
};

TEST(Straggler, LeaseThatWaitsBehindALateOneIsTakenBackForAnIdleSlot) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 2));
  const std::vector<mc::SendLease> held = c.TakeLeases("w1");
  ASSERT_THAT(held, SizeIs(2));
  c.Connect("w2");
  EXPECT_THAT(c.TakeLeases("w2"), IsEmpty());
  c.Advance(absl::Milliseconds(50));
  EXPECT_THAT(c.TakeRevokes("w1"), ElementsAre(held[1].token));
  const mc::SendLease moved = c.TakeLease("w2");
  EXPECT_EQ(moved.token.block, held[1].token.block);

  c.ReportDone("w1", held[1]);  // it had begun after all: too late
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 0);
  c.ReportDone("w2", moved);
  c.ReportDone("w1", held[0]);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(job).stages[0].cost.attempts_lost, 0);
}

TEST(Straggler, LeasesStayWhereTheyAreWhileNoSlotIsIdle) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(OneStage("noop", 2)).value();
  c.Advance(absl::Milliseconds(500));
  EXPECT_THAT(c.TakeRevokes("w1"), IsEmpty());
  EXPECT_THAT(c.TakeShortens("w1"), IsEmpty());
}

TEST(Straggler, RestOfALateBlockIsGivenBackAndRunByTheIdleSlot) {
  LateBlock s;
  s.c.Advance(absl::Seconds(1));
  EXPECT_THAT(s.c.TakeShortens("w1"), ElementsAre(s.late.token));
  EXPECT_THAT(s.c.TakeLeases("w2"), IsEmpty());  // not before w1 answers
  s.c.Advance(absl::Milliseconds(50));
  EXPECT_THAT(s.c.TakeShortens("w1"), IsEmpty());  // it is asked once

  s.c.ReportDone("w1", s.late, 3);
  s.c.RunAll();
  const mc::JobView view = s.c.View(s.job);
  EXPECT_EQ(view.state, mc::JobState::kSucceeded);
  EXPECT_EQ(view.stages[0].tasks_committed, 64);
  EXPECT_EQ(view.stages[0].cost.attempts_lost, 0);
}

TEST(Straggler, BlockGivenBackWholeIsNoFault) {
  LateBlock s;
  s.c.Advance(absl::Seconds(1));
  ASSERT_THAT(s.c.TakeShortens("w1"), ElementsAre(s.late.token));
  s.c.ReportDone("w1", s.late, 0);
  EXPECT_THAT(s.c.TakeAcks("w1"), ::testing::Contains(s.late.token));
  s.c.RunAll();
  EXPECT_EQ(s.c.View(s.job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(s.c.View(s.job).stages[0].cost.attempts_lost, 0);
}

TEST(Straggler, WorkerThatDoesNotAnswerIsOvertakenByOneCopy) {
  LateBlock s;
  s.c.Advance(absl::Seconds(1));
  s.c.TakeShortens("w1");
  s.c.Advance(absl::Seconds(1));
  const mc::SendLease copy = s.c.TakeLease("w2");
  EXPECT_EQ(copy.token.block, s.late.token.block);
  EXPECT_NE(copy.token.attempt, s.late.token.attempt);
  s.c.Connect("w3");
  s.c.Advance(absl::Seconds(1));
  EXPECT_THAT(s.c.TakeLeases("w3"), IsEmpty());  // two live attempts are the most

  s.c.TakeRevokes("w1");
  s.c.ReportDone("w2", copy);
  EXPECT_THAT(s.c.TakeRevokes("w1"), ElementsAre(s.late.token));
  const mc::JobView view = s.c.View(s.job);
  EXPECT_EQ(view.state, mc::JobState::kSucceeded);
  EXPECT_EQ(view.stages[0].cost.attempts_lost, 1);
  EXPECT_GT(view.stages[0].cost.wasted_time, absl::Seconds(2));
  EXPECT_EQ(view.stages[0].cost.beaten_time, view.stages[0].cost.wasted_time);
  s.c.ReportDone("w1", s.late);
  EXPECT_EQ(s.c.View(s.job).stages[0].tasks_committed, 64);
}

// Ten tasks of a second; w1 sits on one of them, w2 has done the others.
struct LateTask {
  explicit LateTask(int slots = 1, absl::Duration task = absl::Seconds(1)) {
    c.task_duration = task;
    c.Connect("w1", slots);
    if (slots == 1) c.Connect("w2");
    job = *c.Submit(OneStage("noop", 10));
    const std::string other = slots == 1 ? "w2" : "w1";
    std::vector<mc::SendLease> first = c.TakeLeases("w1");
    late = first.front();
    for (size_t i = 1; i < first.size() && slots > 1; ++i) c.ReportDone("w1", first[i]);
    DoAll(c, other);
    c.Advance(absl::Milliseconds(50));
    DoAll(c, other);
  }
  CoreHarness c;
  JobId job;
  mc::SendLease late;
};

TEST(Straggler, LateTaskGetsASecondAttemptAndTheOriginalMayStillWin) {
  LateTask s;
  s.c.Advance(absl::Milliseconds(500));
  EXPECT_THAT(s.c.TakeLeases("w2"), IsEmpty());  // not late yet
  for (int i = 0; i < 3; ++i) s.c.Advance(absl::Seconds(1));
  const mc::SendLease copy = s.c.TakeLease("w2");
  EXPECT_EQ(copy.token.block, s.late.token.block);
  s.c.ReportDone("w1", s.late);
  EXPECT_THAT(s.c.TakeRevokes("w2"), ElementsAre(copy.token));
  EXPECT_EQ(s.c.View(s.job).state, mc::JobState::kSucceeded);
}

TEST(Straggler, EngineThatLoadsForItsFirstBlockIsNoStragglerYet) {
  LateTask s(1, absl::Milliseconds(1));
  for (int i = 0; i < 18; ++i) s.c.Advance(absl::Milliseconds(100));
  EXPECT_THAT(s.c.TakeLeases("w2"), IsEmpty());
  for (int i = 0; i < 3; ++i) s.c.Advance(absl::Milliseconds(100));
  EXPECT_EQ(s.c.TakeLease("w2").token.block, s.late.token.block);
}

TEST(Straggler, CopyNeverRunsOnTheSameWorker) {
  LateTask s(/*slots=*/2);
  for (int i = 0; i < 5; ++i) s.c.Advance(absl::Seconds(1));
  EXPECT_THAT(s.c.TakeLeases("w1"), IsEmpty());
}

TEST(Straggler, FailureOfOneAttemptLeavesTheBlockToTheOther) {
  LateTask s;
  for (int i = 0; i < 3; ++i) s.c.Advance(absl::Seconds(1));
  const mc::SendLease copy = s.c.TakeLease("w2");
  s.c.ReportFault("w1", s.late, FaultKind::kApplication, s.late.token.block.begin());
  EXPECT_EQ(s.c.View(s.job).state, mc::JobState::kRunning);
  s.c.ReportDone("w2", copy);
  EXPECT_EQ(s.c.View(s.job).state, mc::JobState::kSucceeded);
}

// Else one attempt or the other would always be live, and none the last.
TEST(Straggler, WhatFailedIsNotCopiedAgainAndItsLastAttemptIsJudged) {
  LateTask s;
  for (int i = 0; i < 3; ++i) s.c.Advance(absl::Seconds(1));
  mc::SendLease last = s.c.TakeLease("w2");
  s.c.ReportFault("w1", s.late, FaultKind::kEngineCrash);
  for (int i = 0; i < 5; ++i) s.c.Advance(absl::Seconds(1));
  EXPECT_THAT(s.c.TakeLeases("w1"), IsEmpty());
  s.c.ReportFault("w2", last, FaultKind::kEngineCrash);
  s.c.Advance(absl::Seconds(1));
  last = s.c.TakeLease("w1");
  s.c.ReportFault("w1", last, FaultKind::kEngineCrash);
  EXPECT_EQ(s.c.View(s.job).state, mc::JobState::kFailed);
}

TEST(Straggler, BothAttemptsLiveOnAfterARestart) {
  LateTask s;
  for (int i = 0; i < 3; ++i) s.c.Advance(absl::Seconds(1));
  mc::SendLease copy = s.c.TakeLease("w2");
  s.c.Restart();
  ASSERT_THAT(s.c.Connect("w1", 1, {s.late.token}), SizeIs(1));
  const std::vector<mc::KeptLease> kept = s.c.Connect("w2", 1, {copy.token});
  ASSERT_THAT(kept, SizeIs(1));
  copy.token = kept[0].token;
  s.c.ReportDone("w2", copy);
  EXPECT_THAT(s.c.TakeRevokes("w1"), SizeIs(1));
  EXPECT_EQ(s.c.View(s.job).state, mc::JobState::kSucceeded);
}

// Two workers on tasks of a second; "slow" has shown that it needs ten.
struct SlowSlot {
  SlowSlot() {
    c.Connect("slow");
    c.Connect("fast");
    job = *c.Submit(OneStage("noop", 12));
    const std::vector<mc::SendLease> slow = c.TakeLeases("slow"), fast = c.TakeLeases("fast");
    Report("fast", fast.at(0), 1);
    Report("slow", slow.at(0), 10);
    Report("slow", slow.at(1), 10);
    last = fast.at(1);
  }
  void Report(const std::string& worker, const mc::SendLease& lease, int seconds) {
    c.task_duration = absl::Seconds(seconds);
    c.ReportDone(worker, lease);
    c.task_duration = absl::Seconds(1);
  }
  CoreHarness c;
  JobId job;
  mc::SendLease last;  // held by "fast"
};

TEST(Straggler, SlowSlotGetsNoBlockThatWouldHoldUpTheEnd) {
  SlowSlot s;
  EXPECT_THAT(s.c.TakeLeases("slow"), IsEmpty());
  s.Report("fast", s.last, 1);
  DoAll(s.c, "fast");
  EXPECT_THAT(s.c.TakeLeases("slow"), IsEmpty());
  EXPECT_EQ(s.c.View(s.job).state, mc::JobState::kSucceeded);
}

TEST(Straggler, SlowSlotGetsTheWorkThatNobodyElseIsThereFor) {
  SlowSlot s;
  s.c.Goodbye("fast");
  DoAll(s.c, "slow");
  EXPECT_EQ(s.c.View(s.job).state, mc::JobState::kSucceeded);
}

}  // namespace
}  // namespace mote::testing
