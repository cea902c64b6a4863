// Iterations: steps whose passes are not journalled, except at checkpoints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/store_bytes.h"
#include "tests/testing/core_harness.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

// Ten steps of two tasks, or so many; every fourth is a checkpoint. memo: the step.
class CountingPlanner final : public SourceOperation {
 public:
  explicit CountingPlanner(int64_t steps = 10) : SourceOperation("count_to_ten"), steps_(steps) {}
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    int64_t step = 0;
    if (!context.memo.empty() && !absl::SimpleAtoi(std::string(context.memo), &step)) {
      return absl::InternalError("bad memo");
    }
    mc::PlanStep next;
    if (step == steps_) {
      Output output{OutputKind::kDocument, Value{"ten", std::nullopt}, 0, 3};
      next.outputs["result"] = output;
      return next;
    }
    ++step;
    next.memo = absl::StrCat(step);
    next.is_volatile = true;
    next.checkpoint = step % 4 == 0;
    next.tasks_to_come = 2 * (steps_ - step);
    const std::string state = absl::StrCat("state ", step);
    next.artifacts = {ArtifactRef{Sha256(state), static_cast<int64_t>(state.size()), false}};
    PassSpec pass;
    pass.kernel = "noop";
    pass.parameters = "{}";
    pass.task_count = 2;
    pass.reducer = "count";
    next.passes = {pass};
    return next;
  }

 private:
  const int64_t steps_;
};

template <class T>
int CountEvents(const CoreHarness& c) {
  int count = 0;
  for (const mc::Event& event : c.journal()) count += std::holds_alternative<T>(event);
  return count;
}

TEST(Iteration, StepsBetweenCheckpointsAreNotJournalled) {
  const PlannersWith planners = With<CountingPlanner>();
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("count_to_ten", 0));
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(job).stages[0].passes_complete, 10);
  EXPECT_EQ(CountEvents<mc::StepPlanned>(c), 3) << "the first, and steps 4 and 8";
  EXPECT_EQ(CountEvents<mc::LeaseGranted>(c), 0);
  EXPECT_EQ(CountEvents<mc::BlockCommitted>(c), 0);
}

TEST(Iteration, CrashGoesBackToTheLastCheckpoint) {
  const PlannersWith planners = With<CountingPlanner>();
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("count_to_ten", 0));
  while (c.core().state().FindJob(job)->stages[0].memo != "7") {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
  }
  c.Restart();
  EXPECT_EQ(c.core().state().FindJob(job)->stages[0].memo, "4");
  c.Connect("w1");
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Iteration, WhatItsFirstTasksTookIsNoForecastOfItsSteps) {
  const PlannersWith planners = With<CountingPlanner>(1000);
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("count_to_ten", 0));
  c.task_duration = absl::Seconds(5);  // the engine loads what it needs meanwhile
  c.Advance(absl::Seconds(5));
  c.ReportDone("w1", c.TakeLease("w1"), 1);
  EXPECT_FALSE(c.View(job).stages[0].eta.has_value());
  c.task_duration = absl::Milliseconds(10);
  while (c.core().state().FindJob(job)->stages[0].memo != "200") {
    c.Advance(absl::Milliseconds(20));
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
  }
  const std::optional<mc::Eta> eta = c.View(job).stages[0].eta;
  ASSERT_TRUE(eta.has_value());
  EXPECT_LT(eta->low, absl::Seconds(50)) << "not 5,000 s, as 5 s a task would take";
}

TEST(Iteration, TotalsAreKnownFromTheStartAndSurviveACrash) {
  const PlannersWith planners = With<CountingPlanner>();
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("count_to_ten", 0));
  EXPECT_EQ(c.View(job).stages[0].tasks_total, 20);
  c.edit = [](mc::WorkerReport& report) { report.cost.network_bytes = 1000; };
  while (c.core().state().FindJob(job)->stages[0].memo != "7") {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
  }
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 12);
  c.Restart();
  EXPECT_GT(c.View(job).stages[0].cost.alphas.count(), 0) << "what α was fitted to";
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 6) << "those before step 4, which is journalled";
  EXPECT_EQ(c.View(job).stages[0].passes_complete, 3);
  EXPECT_EQ(c.View(job).stages[0].tasks_total, 20);
  c.Connect("w1");
  c.RunAll();
  const mc::StageView stage = c.View(job).stages[0];
  EXPECT_EQ(stage.tasks_committed, 20);
  EXPECT_EQ(stage.tasks_total, 20);
  EXPECT_EQ(stage.passes_complete, 10);
  EXPECT_EQ(stage.cost.cost.tasks, 20);
}

// An hour in which no coordinator ran took no step.
TEST(Iteration, WhatLiesBetweenEpochsIsNoForecastOfItsSteps) {
  const PlannersWith planners = With<CountingPlanner>(1000);
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("count_to_ten", 0));
  c.task_duration = absl::Milliseconds(10);
  const auto run_to = [&](const std::string& memo) {
    while (c.core().state().FindJob(job)->stages[0].memo != memo) {
      c.Advance(absl::Milliseconds(20));
      for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
    }
  };
  run_to("400");
  c.StepClock(absl::Hours(1));
  c.Restart();
  c.Connect("w1");
  run_to("500");
  const std::optional<mc::Eta> eta = c.View(job).stages[0].eta;
  ASSERT_TRUE(eta.has_value());
  EXPECT_NEAR(absl::ToDoubleSeconds(eta->expected), 10, 3) << "500 steps of 20 ms";
}

TEST(Iteration, StateIsJournalledAboutOnceASecond) {
  const PlannersWith planners = With<CountingPlanner>();
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("count_to_ten", 0));
  while (c.core().state().FindJob(job)->stages[0].memo != "4") {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) {
      c.Advance(absl::Milliseconds(600));
      c.ReportDone("w1", lease);
    }
  }
  // Steps 1 to 3 took 0.6 s or more each: the second or third is journalled by time.
  EXPECT_GE(CountEvents<mc::StepPlanned>(c), 3);
}

TEST(Iteration, AbsentTaskOfAStepBetweenCheckpointsIsAbsentAfterACrashToo) {
  const PlannersWith planners = With<CountingPlanner>();
  CoreHarness c(planners);
  c.Connect("w1", 2);
  mc::JobSpec spec = OneStage("count_to_ten", 0);
  spec.stages[0].on_bad_task = mc::TaskPolicy::kQuarantine;
  const JobId job = *c.Submit(spec);
  const auto memo = [&] { return c.core().state().FindJob(job)->stages[0].memo; };
  while (memo() != "6") {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
  }
  // Step 6 is not journalled. Its task 1 is refused, task 0 is not reported yet.
  for (const mc::SendLease& lease : c.TakeLeases("w1")) {
    if (lease.token.block.begin() == 1) c.ReportFault("w1", lease, FaultKind::kApplication, 1);
  }
  ASSERT_EQ(c.View(job).absent.size(), 1u);
  ASSERT_EQ(CountEvents<mc::TaskQuarantined>(c), 1);

  c.Restart();
  EXPECT_EQ(memo(), "6") << "a crash must not go back behind an absent task";
  c.Connect("w1", 2);
  const std::vector<mc::SendLease> leases = c.TakeLeases("w1");
  ASSERT_EQ(leases.size(), 1u) << "the absent task is not run again";
  EXPECT_EQ(leases[0].token.block, (Block{0, 0}));
  c.ReportDone("w1", leases[0]);
  c.RunAll();
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kPartlyQuarantined);
  ASSERT_EQ(view.absent.size(), 1u);
  EXPECT_EQ(view.absent[0].task, 1);
}

TEST(Iteration, StepGoesOnWhileItIsJournalledForAnAbsentTask) {
  const PlannersWith planners = With<CountingPlanner>();
  CoreHarness c(planners);
  c.Connect("w1", 2);
  mc::JobSpec spec = OneStage("count_to_ten", 0);
  spec.stages[0].on_bad_task = mc::TaskPolicy::kQuarantine;
  const JobId job = *c.Submit(spec);
  while (c.core().state().FindJob(job)->stages[0].memo != "6") {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
  }
  const std::vector<mc::SendLease> leases = c.TakeLeases("w1");
  ASSERT_EQ(leases.size(), 2u);
  c.ReportFault("w1", leases[1], FaultKind::kApplication, 1);
  EXPECT_THAT(c.TakeRevokes("w1"), ::testing::IsEmpty());
  c.ReportDone("w1", leases[0]);
  EXPECT_EQ(c.core().state().FindJob(job)->stages[0].memo, "7");
}

TEST(Iteration, SupersededStatesAreDroppedButNotTheCheckpoint) {
  const PlannersWith planners = With<CountingPlanner>();
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("count_to_ten", 0));
  while (c.core().state().FindJob(job)->stages[0].memo != "7") {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
  }
  const auto& users = c.core().state().artifact_users;
  const auto in_use = [&](int step) {
    const std::string state = absl::StrCat("state ", step);
    return users.contains(ArtifactRef{Sha256(state), static_cast<int64_t>(state.size()), false});
  };
  EXPECT_TRUE(in_use(4));
  EXPECT_FALSE(in_use(5));
  EXPECT_FALSE(in_use(6));
  EXPECT_TRUE(in_use(7));
}

}  // namespace
}  // namespace mote::testing
