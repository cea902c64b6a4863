#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::StartsWith;

TEST(LedgerEntry, EveryTaskIsInTheLedgerOnceItIsCommittedAndOnce) {
  CoreHarness c;
  c.Connect("w1", 2);
  const JobId job = *c.Submit(OneStage("noop", 100));
  c.RunAll();
  ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  int64_t tasks = 0;
  for (const mc::LedgerEntry& entry : c.ledger()) {
    EXPECT_EQ(entry.outcome, mc::LedgerOutcome::kCommitted);
    EXPECT_EQ(entry.job, job);
    EXPECT_EQ(entry.kernel, "noop");
    EXPECT_EQ(entry.worker, "w1");
    EXPECT_THAT(entry.task_columns, StartsWith("columns of "));
    EXPECT_EQ(entry.phase_ns[static_cast<int>(Phase::kCompute)], entry.tasks.size() * 1'000'000);
    tasks += entry.tasks.size();
  }
  EXPECT_EQ(tasks, 100);
}

TEST(LedgerEntry, SaysWhenTheAttemptRanByTheCoordinatorsClock) {
  CoreHarness c;
  c.Connect("w1");
  ASSERT_TRUE(c.Submit(OneStage("noop", 1)).ok());
  const mc::SendLease lease = c.TakeLease("w1");
  c.Advance(absl::Milliseconds(50));
  c.ReportDone("w1", lease);
  ASSERT_EQ(c.ledger().size(), 1u);
  // It took 1 ms and ended 2 ms ago.
  EXPECT_EQ(c.ledger()[0].started, c.now() - absl::Milliseconds(3));
  EXPECT_EQ(c.ledger()[0].slot_time, absl::Milliseconds(1));
}

TEST(LedgerEntry, AFailedAttemptIsWastedAndItsPrefixIsNot) {
  CoreHarness c;
  c.Connect("w1");
  mc::JobSpec spec = OneStage("noop", 1000);
  spec.stages[0].on_bad_task = mc::TaskPolicy::kQuarantine;
  ASSERT_TRUE(c.Submit(spec).ok());
  mc::SendLease lease = c.TakeLease("w1");
  while (lease.token.block.size(1000) < 4) {
    c.ReportDone("w1", lease);
    lease = c.TakeLease("w1");
  }
  const int64_t begin = lease.token.block.begin();
  const size_t before = c.ledger().size();
  c.ReportFault("w1", lease, FaultKind::kEngineCrash, begin + 2, /*done=*/2);
  ASSERT_EQ(c.ledger().size(), before + 1);
  EXPECT_EQ(c.ledger().back().outcome, mc::LedgerOutcome::kCommitted);
  EXPECT_EQ(c.ledger().back().tasks, (TaskRange{begin, begin + 2}));
  c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kEngineCrash);
  EXPECT_EQ(c.ledger().back().outcome, mc::LedgerOutcome::kWasted);
  EXPECT_TRUE(c.ledger().back().tasks.empty());
  EXPECT_TRUE(c.ledger().back().task_columns.empty());
}

TEST(LedgerEntry, AReportThatComesTwiceIsThereOnce) {
  CoreHarness c;
  c.Connect("w1");
  ASSERT_TRUE(c.Submit(OneStage("noop", 1)).ok());
  const mc::SendLease lease = c.TakeLease("w1");
  c.ReportDone("w1", lease);
  c.ReportDone("w1", lease);
  EXPECT_EQ(c.ledger().size(), 1u);
}

TEST(LedgerEntry, OfRunsThatAreComparedTheOneThatSettlesIsCommitted) {
  CoreHarness c;
  for (const char* worker : {"w1", "w2"}) c.Connect(worker);
  mc::JobSpec spec = OneStage("noop", 1);
  spec.stages[0].verify.replicas = 2;
  ASSERT_TRUE(c.Submit(spec).ok());
  c.RunAll();
  ASSERT_EQ(c.ledger().size(), 2u);
  EXPECT_EQ(c.ledger()[0].outcome, mc::LedgerOutcome::kHeld);
  EXPECT_EQ(c.ledger()[1].outcome, mc::LedgerOutcome::kCommitted);
}

TEST(LedgerEntry, WhatALostWorkerSpentIsThereAsWasted) {
  CoreHarness c;
  c.Connect("w1");
  ASSERT_TRUE(c.Submit(OneStage("noop", 100)).ok());
  const mc::SendLease lease = c.TakeLease("w1");
  c.Advance(absl::Seconds(1));
  c.Disconnect("w1");
  c.Advance(absl::Seconds(4));
  ASSERT_EQ(c.ledger().size(), 1u);
  EXPECT_EQ(c.ledger()[0].outcome, mc::LedgerOutcome::kWasted);
  EXPECT_EQ(c.ledger()[0].worker, "w1");
  EXPECT_EQ(c.ledger()[0].attempt, lease.token.attempt);
  EXPECT_TRUE(c.ledger()[0].tasks.empty());
  EXPECT_EQ(c.ledger()[0].slot_time, absl::Seconds(5));
}

}  // namespace
}  // namespace mote::testing
