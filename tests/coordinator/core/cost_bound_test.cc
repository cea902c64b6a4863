// What a worker claims is cut to what its lease can have seen, and that is said.
#include "coordinator/core/cost_bound.h"

#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

Cost CostOf(absl::Duration compute, int64_t network_bytes) {
  Cost cost;
  cost.tasks = 1;
  cost.phase_ns[static_cast<int>(Phase::kCompute)] = absl::ToInt64Nanoseconds(compute);
  cost.network_bytes = network_bytes;
  cost.task_ns.Add(absl::ToInt64Nanoseconds(compute));
  return cost;
}

TEST(CutToWall, WhatFitsIsLeftAlone) {
  EXPECT_FALSE(mc::CutToWall(CostOf(absl::Seconds(1), 1 << 30), absl::Seconds(1)));
  EXPECT_FALSE(mc::CutToWall(CostOf(absl::InfiniteDuration(), INT64_MAX), absl::InfiniteDuration()));
}

TEST(CutToWall, EachPhaseTaskAndByteCountIsCut) {
  Cost claimed = CostOf(absl::Hours(1'000'000), INT64_MAX);
  claimed.memory_bytes = INT64_MAX;
  const auto cut = mc::CutToWall(claimed, absl::Seconds(1));
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->memory_bytes, mc::kMemoryBytesMax);
  EXPECT_EQ(cut->compute_ns(), 1'000'000'000);
  EXPECT_EQ(cut->network_bytes, static_cast<int64_t>(mc::kBytesPerSecondMax));
  EXPECT_EQ(cut->task_ns.max(), 1'000'000'000);
  EXPECT_EQ(cut->task_ns.count(), 1);
  EXPECT_LE(cut->task_ns.Quantile(0.5), 1'000'000'000);
}

// Leases a task to a worker, reports it after a second with this cost, answers the job.
mc::JobView JobAfterClaim(const Cost& claimed, mc::JobSpec spec = OneStage("noop", 1)) {
  CoreHarness c;
  c.options.cost_slack = absl::Milliseconds(1);
  c.Restart();
  c.Connect("liar");
  const JobId job = *c.Submit(spec);
  const mc::SendLease lease = c.TakeLease("liar");
  c.Advance(absl::Seconds(1));
  c.edit = [&](mc::WorkerReport& report) {
    report.cost = claimed;
    report.slot_time = absl::Hours(100);
  };
  c.ReportDone("liar", lease);
  c.Restart();  // what is journalled is the cut cost
  return c.View(job);
}

TEST(CostBound, ALyingWorkersBusyTimeIsAtMostItsLeasesAndTheJobSaysSo) {
  const mc::CostView cost = JobAfterClaim(CostOf(absl::Hours(1000), 10)).stages[0].cost;
  EXPECT_EQ(cost.cost.compute_ns(), absl::ToInt64Nanoseconds(absl::Milliseconds(1001)));
  EXPECT_EQ(cost.device_time, absl::Seconds(1));
  EXPECT_EQ(cost.reports_cut, 1);
}

TEST(CostBound, ItsBytesCannotUseUpABudget) {
  mc::JobSpec spec = OneStage("noop", 1);
  spec.price = Price{0, 1};
  const mc::JobView view = JobAfterClaim(CostOf(absl::ZeroDuration(), INT64_MAX), spec);
  EXPECT_LT(view.bill->total, 100);
  EXPECT_EQ(view.stages[0].cost.reports_cut, 1);
}

TEST(CostBound, AnHonestReportIsNotCut) {
  const mc::CostView cost = JobAfterClaim(CostOf(absl::Milliseconds(999), 10)).stages[0].cost;
  EXPECT_EQ(cost.cost.compute_ns(), absl::ToInt64Nanoseconds(absl::Milliseconds(999)));
  EXPECT_EQ(cost.reports_cut, 0);
}

// By the wall clock of its start an epoch may begin hours before a lease of the last one.
TEST(CostBound, ALeaseOfAnEarlierEpochIsNotJudgedByThisOnesClock) {
  CoreHarness c;
  c.options.cost_slack = absl::Milliseconds(1);
  c.Restart();
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  const mc::SendLease lease = c.TakeLease("w1");
  c.StepClock(-absl::Hours(1));
  c.Restart();
  const std::vector<mc::KeptLease> kept = c.Connect("w1", 1, {lease.token});
  ASSERT_EQ(kept.size(), 1u);
  c.Advance(absl::Seconds(1));
  c.task_duration = absl::Seconds(2);
  mc::SendLease again = lease;
  again.token = kept[0].token;
  c.ReportDone("w1", again);
  EXPECT_EQ(c.View(job).stages[0].cost.reports_cut, 0);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(CostBound, WhatALeaseOfAnEarlierEpochClaimsIsBoundedToo) {
  CoreHarness c;
  c.options.cost_slack = absl::Milliseconds(1);
  c.Restart();
  c.Connect("liar");
  mc::JobSpec spec = OneStage("noop", 1);
  spec.price = Price{0, 1};
  const JobId job = *c.Submit(spec);
  mc::SendLease lease = c.TakeLease("liar");
  c.Restart();
  const std::vector<mc::KeptLease> kept = c.Connect("liar", 1, {lease.token});
  ASSERT_EQ(kept.size(), 1u);
  lease.token = kept[0].token;
  c.edit = [](mc::WorkerReport& report) { report.cost = CostOf(absl::Hours(1'000'000), INT64_MAX); };
  c.ReportDone("liar", lease);
  const mc::CostView cost = c.View(job).stages[0].cost;
  EXPECT_LE(cost.cost.compute_ns(), absl::ToInt64Nanoseconds(2 * mc::kClockStepMax));
  EXPECT_LE(static_cast<double>(cost.cost.network_bytes),
            absl::ToDoubleSeconds(2 * mc::kClockStepMax) * mc::kBytesPerSecondMax);
  EXPECT_EQ(cost.reports_cut, 1);
}

TEST(CostBound, MoreTimesThanTasksEndTheSession) {
  CoreHarness c;
  c.Connect("liar");
  c.Submit(OneStage("noop", 1)).value();
  const mc::SendLease lease = c.TakeLease("liar");
  c.edit = [](mc::WorkerReport& report) { report.cost.task_ns = Histogram::FromBuckets({{1, INT64_MAX}}, 1); };
  c.ReportDone("liar", lease);
  EXPECT_TRUE(c.WasClosed("liar"));
}

}  // namespace
}  // namespace mote::testing
