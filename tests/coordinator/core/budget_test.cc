#include "coordinator/core/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Of so many tasks; a device costs 1 a second.
mc::JobSpec Costing(double budget, int64_t tasks = 8) {
  mc::JobSpec spec = OneStage("noop", tasks);
  spec.price = Price{1, 0};
  spec.budget = budget;
  return spec;
}

// The next lease is done: its tasks held the slot for a second each.
void RunOne(CoreHarness& c) {
  const mc::SendLease lease = c.TakeLease("w1");
  ASSERT_EQ(lease.token.block.size(lease.pass->task_count), 1) << "nothing, or tasks of a second";
  c.task_duration = absl::Seconds(1);
  c.Advance(absl::Seconds(1));
  c.ReportDone("w1", lease);
}

void Retry(CoreHarness& c, JobId job) {
  c.Send(mc::RetryJob{{77}, job, ""});
  ASSERT_TRUE(c.replies().back().status.ok()) << c.replies().back().status;
}

TEST(Budget, AJobThatHasUsedItFailsAndSaysHowFarItWas) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Costing(3));
  RunOne(c);
  RunOne(c);
  EXPECT_FALSE(IsTerminal(c.View(job).state));
  EXPECT_EQ(c.View(job).bill->total, 2);
  RunOne(c);
  const mc::JobView view = c.View(job);
  ASSERT_EQ(view.state, mc::JobState::kFailed);
  EXPECT_EQ(view.failure->failure.kind, FaultKind::kBudget);
  EXPECT_EQ(view.failure->stage, "work");
  EXPECT_THAT(view.failure->failure.message,
              AllOf(HasSubstr("the bill of 3.00 has reached the budget of 3.00: 0 of 1 stages are complete, and work "
                              "has done 3 of 8 tasks"),
                    HasSubstr("`mote retry 1` goes on from here with the whole budget again"),
                    HasSubstr("raise `budget` and submit")));
  EXPECT_EQ(view.bill->total, 3);
  EXPECT_EQ(view.stages[0].bill, 3);
  EXPECT_THAT(c.TakeLeases("w1"), IsEmpty());
}

TEST(Budget, WhatTheLastReportCompletesCounts) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Costing(3, 3));
  for (int i = 0; i < 3; ++i) RunOne(c);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(job).bill->total, 3);
}

TEST(Budget, TimeOfAttemptsThatFailedIsBilledToo) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Costing(3));
  mc::WorkerReport crash;
  crash.session = c.SessionOf("w1");
  crash.token = c.TakeLease("w1").token;
  crash.failure = Failure{FaultKind::kEngineCrash, -1, "it broke", "", ""};
  crash.slot_time = absl::Seconds(2);
  c.Advance(absl::Seconds(2));
  c.Send(crash);
  EXPECT_FALSE(IsTerminal(c.View(job).state));
  RunOne(c);
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_EQ(c.View(job).failure->failure.kind, FaultKind::kBudget);
}

TEST(Budget, SoIsThatOfALostWorkerAndTheJobEndsThen) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Costing(3));
  c.TakeLease("w1");
  c.Advance(c.options.heartbeat_timeout + absl::Seconds(1), /*heartbeats=*/false);
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_EQ(c.View(job).failure->failure.kind, FaultKind::kBudget);
  EXPECT_EQ(c.View(job).bill->total, 4);
}

TEST(Budget, BytesOverTheNetworkAreBilledByTheGib) {
  mc::Job job;
  job.admitted.spec.price = Price{0, 0.5};
  job.admitted.spec.budget = 1;
  job.stages.resize(2);
  job.stages[0].cost.cost.network_bytes = int64_t{1} << 30;
  EXPECT_FALSE(mc::BudgetIsUsed(job));
  job.stages[1].cost.cost.network_bytes = int64_t{1} << 30;
  EXPECT_TRUE(mc::BudgetIsUsed(job));
}

TEST(Budget, AReportAfterwardsChangesNothing) {
  CoreHarness c;
  c.Connect("w1", 2);
  const JobId job = *c.Submit(Costing(1));
  c.task_duration = absl::Seconds(1);
  const std::vector<mc::SendLease> leases = c.TakeLeases("w1");
  ASSERT_GE(leases.size(), 2u);
  c.Advance(absl::Seconds(1));
  c.ReportDone("w1", leases[0]);
  ASSERT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_THAT(c.TakeRevokes("w1"), ::testing::Contains(leases[1].token)) << "its slots are free for others";
  const size_t events = c.journal().size();
  c.ReportDone("w1", leases[1]);
  EXPECT_EQ(c.journal().size(), events);
  EXPECT_EQ(c.View(job).bill->total, 1);
}

TEST(Budget, IsKeptByARestartInTheMiddle) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Costing(3));
  RunOne(c);
  RunOne(c);
  c.Restart();
  EXPECT_EQ(c.View(job).bill->total, 2);
  c.Connect("w1");
  EXPECT_FALSE(IsTerminal(c.View(job).state));
  RunOne(c);
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
  for (size_t count = 0; count <= c.journal().size(); ++count) c.CheckSnapshotAt(count);
}

TEST(Budget, ARetryHasAllOfItAgainAndGoesOnFromThere) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Costing(3));
  for (int i = 0; i < 3; ++i) RunOne(c);
  ASSERT_EQ(c.View(job).state, mc::JobState::kFailed);
  Retry(c, job);
  EXPECT_EQ(c.View(job).state, mc::JobState::kRunning);
  c.Restart();  // also from the journal
  c.Connect("w1");
  EXPECT_EQ(c.View(job).bill->total, 3);
  EXPECT_EQ(c.View(job).bill->since_retry, 0);
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 3);
  RunOne(c);
  RunOne(c);
  EXPECT_EQ(c.View(job).state, mc::JobState::kRunning);
  RunOne(c);
  ASSERT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_THAT(c.View(job).failure->failure.message,
              HasSubstr("the bill of 3.00 since the last retry (6.00 in all) has reached the budget of 3.00"));
  Retry(c, job);
  RunOne(c);
  RunOne(c);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(job).bill->total, 8);
  for (size_t count = 0; count <= c.journal().size(); ++count) c.CheckSnapshotAt(count);
}

TEST(Budget, WithoutOneAJobIsBilledAndGoesOnAndWithoutAPriceThereIsNoBill) {
  CoreHarness c;
  c.Connect("w1");
  mc::JobSpec spec = Costing(1, 2);
  spec.budget.reset();
  const JobId billed = *c.Submit(spec);
  RunOne(c);
  RunOne(c);
  EXPECT_EQ(c.View(billed).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(billed).bill->total, 2);
  EXPECT_EQ(c.View(billed).bill->budget, std::nullopt);
  spec.price.reset();
  const JobId unpriced = *c.Submit(spec);
  EXPECT_FALSE(c.View(unpriced).bill.has_value());
  EXPECT_EQ(c.View(unpriced).stages[0].bill, std::nullopt);
}

}  // namespace
}  // namespace mote::testing
