// Runs of a block that differ: who is believed, and what a job does until somebody is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/core/verify.h"
#include "coordinator/core/view_of.h"
#include "tests/coordinator/core/verified.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

mc::WorkerView Look(const CoreHarness& c, const std::string& worker) {
  const mc::State& state = c.core().state();
  return mc::ViewOf(state, *state.cluster.Find(worker), c.now());
}

TEST(Dispute, LiarIsOutvotedNamedAndExcluded) {
  CoreHarness c;
  for (const char* name : {"w1", "w2", "w3"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "w1", /*lie=*/7);
  Finish(c, "w2");
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 0);
  c.CheckSnapshotAt(c.journal().size());  // with both values held
  Finish(c, "w3");
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.TableBytes(view.outputs.at(0).output), PlainBytes(1));
  ASSERT_THAT(view.distrusted, SizeIs(1));
  EXPECT_EQ(view.distrusted[0], "w1: its result of stage work, task 0 differs from that of w2 and w3");
  EXPECT_EQ(Look(c, "w1").state, "distrusted");
  EXPECT_EQ(Look(c, "w1").reason, "its result of stage work, task 0 differs from that of w2 and w3");

  c.Submit(OneStage("noop", 50)).value();
  EXPECT_THAT(c.TakeLeases("w1"), IsEmpty());
  c.CheckSnapshotAt(c.journal().size());
  c.Restart();
  c.Connect("w1");  // its name is remembered
  EXPECT_THAT(c.TakeLeases("w1"), IsEmpty());
}

// Found by the simulator: it said that workers were busy, though none was there.
TEST(Dispute, JobWhoseWindowIsFullOfDisputedBlocksAsksForAnotherWorker) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Verified(1000, kTwice));
  c.lie = 1;
  for (int runs = 0; runs < 1000 && c.View(job).waiting_reason.empty(); ++runs) {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
    if (runs == 0) c.Connect("w2");
  }
  c.Goodbye("w1");
  c.lie = 0;
  for (int runs = 0; runs < 1000; ++runs) {
    for (const mc::SendLease& lease : c.TakeLeases("w2")) c.ReportDone("w2", lease);
  }
  EXPECT_GT(c.View(job).stages[0].tasks_total, c.View(job).stages[0].tasks_committed);
  EXPECT_THAT(c.View(job).waiting_reason, HasSubstr("another worker must decide: start one"));
}

TEST(Dispute, WorkerThatContradictsItselfIsExcludedAndTheJobWaitsForAnother) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "w1", 1);
  Finish(c, "w1", 2);
  EXPECT_EQ(c.View(job).state, mc::JobState::kRunning);
  EXPECT_THAT(c.TakeLeases("w1"), IsEmpty());
  EXPECT_THAT(c.View(job).waiting_reason, HasSubstr("only workers that gave wrong results are connected (w1: its "
                                                    "results of stage work, task 0 differ from run to run)"));
  c.Connect("w2");
  Finish(c, "w2");
  Finish(c, "w2");
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.TableBytes(c.View(job).outputs.at(0).output), PlainBytes(1));
}

TEST(Dispute, ThreeResultsOfThreeWorkersFailTheJob) {
  CoreHarness c;
  for (const char* name : {"w1", "w2", "w3"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "w1", 1);
  Finish(c, "w2", 2);
  Finish(c, "w3", 3);
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kFailed);
  EXPECT_THAT(view.failure->failure.message,
              HasSubstr("no majority for a result of task 0: it differs between w1, w2, w3"));
}

TEST(Dispute, OneSideOfADisputeAloneWaitsForAnotherWorkerAndSaysSo) {
  CoreHarness c;
  for (const char* name : {"w1", "w2"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "w1", 1);
  Finish(c, "w2");
  c.Goodbye("w1");
  for (int runs = 0; runs < 5; ++runs) {
    for (const mc::SendLease& lease : c.TakeLeases("w2")) c.ReportDone("w2", lease);
  }
  EXPECT_THAT(c.View(job).waiting_reason, HasSubstr("stage work has different results of task 0 from w1 and w2"));
  c.Connect("w3");
  Finish(c, "w3");
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.TableBytes(c.View(job).outputs.at(0).output), PlainBytes(1));
}

// Without what is known, the worker that is wrong could agree with itself.
TEST(Dispute, DisputeOutlivesACrashOfTheWorkerThatDecides) {
  CoreHarness c;
  for (const char* name : {"w1", "w2", "w3"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "w1", 1);
  Finish(c, "w2");
  c.ReportFault("w3", c.TakeLease("w3"), FaultKind::kEngineCrash);
  c.Goodbye("w2");
  c.Goodbye("w3");
  for (int runs = 0; runs < 5; ++runs) {
    c.lie = 1;
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
    c.lie = 0;
  }
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 0);
  EXPECT_THAT(c.View(job).waiting_reason, HasSubstr("different results of task 0 from"));
  c.Connect("w4");
  Finish(c, "w4");
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.TableBytes(c.View(job).outputs.at(0).output), PlainBytes(1));
  EXPECT_EQ(Look(c, "w1").state, "distrusted");
}

TEST(Dispute, DisputeEndsWhenWhoeverDecidesCrashes) {
  CoreHarness c;
  for (const char* name : {"w1", "w2", "w3"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "w1", 1);
  Finish(c, "w2");
  int crashes = 0;
  for (; crashes < 50 && c.View(job).state == mc::JobState::kRunning; ++crashes) {
    const std::vector<mc::SendLease> leases = c.TakeLeases("w3");
    if (leases.empty()) break;
    for (const mc::SendLease& lease : leases) c.ReportFault("w3", lease, FaultKind::kEngineCrash);
  }
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_EQ(crashes, mc::StageSpec{}.attempts_max);
}

// Twice the same wrong result of one worker is no majority.
TEST(Dispute, TwoWorkersThatStayDifferentFailTheJob) {
  CoreHarness c;
  for (const char* name : {"w1", "w2"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(1, kTwice));
  for (int round = 0; round < 10 && c.View(job).state == mc::JobState::kRunning; ++round) {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) {
      c.lie = 1;
      c.ReportDone("w1", lease);
    }
    c.lie = 0;
    for (const mc::SendLease& lease : c.TakeLeases("w2")) c.ReportDone("w2", lease);
  }
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 0);
}

}  // namespace
}  // namespace mote::testing
