#include "coordinator/core/predict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

mc::PlannedStageView PlanOfOnly(const CoreHarness& c, const mc::JobSpec& spec) {
  const auto admitted = mc::Admit(spec, mc::BuiltinPlanners());
  EXPECT_TRUE(admitted.ok()) << admitted.status();
  return mc::PlanOf(c.core().state(), *admitted).at(0);
}

// Runs a stage of so many tasks; each holds its slot for one millisecond.
void RunTimed(CoreHarness& c, int64_t tasks) {
  for (std::vector<mc::SendLease> leases; !(leases = c.TakeLeases("w1")).empty();) {
    for (const mc::SendLease& lease : leases) {
      c.Advance(absl::Milliseconds(lease.token.block.size(tasks)));
      c.ReportDone("w1", lease);
    }
  }
}

TEST(PlanOf, WithoutHistoryTasksAreKnownAndTheirCostIsNot) {
  CoreHarness c;
  const mc::PlannedStageView stage = PlanOfOnly(c, OneStage("echo", 30));
  EXPECT_EQ(stage.tasks, 30);
  EXPECT_EQ(stage.device_time, std::nullopt);
  EXPECT_EQ(stage.basis, "unknown until measured");
}

TEST(PlanOf, AnEqualStageTakesWhatTheEarlierOneTook) {
  CoreHarness c;
  c.Connect("w1");
  ASSERT_TRUE(c.Submit(OneStage("echo", 30)).ok());
  RunTimed(c, 30);
  const mc::PlannedStageView stage = PlanOfOnly(c, OneStage("echo", 30));
  EXPECT_EQ(stage.tasks, 30);
  EXPECT_EQ(stage.device_time, absl::Milliseconds(30));
  EXPECT_EQ(stage.basis, "as in job 1");
}

TEST(PlanOf, APriceMakesABillOfWhatIsPredicted) {
  CoreHarness c;
  c.Connect("w1");
  ASSERT_TRUE(c.Submit(OneStage("echo", 30)).ok());
  mc::JobSpec spec = OneStage("echo", 30);
  spec.price = Price{2, 0};
  EXPECT_EQ(PlanOfOnly(c, spec).bill, std::nullopt) << "unknown until measured";
  RunTimed(c, 30);
  EXPECT_DOUBLE_EQ(PlanOfOnly(c, spec).bill.value_or(-1), 0.06);
  spec.stages[0].tasks.count = 3000;
  EXPECT_DOUBLE_EQ(PlanOfOnly(c, spec).bill.value_or(-1), 6);
  EXPECT_EQ(PlanOfOnly(c, OneStage("echo", 30)).bill, std::nullopt);
}

TEST(PlanOf, AnotherNumberOfTasksIsScaled) {
  CoreHarness c;
  c.Connect("w1");
  ASSERT_TRUE(c.Submit(OneStage("echo", 30)).ok());
  RunTimed(c, 30);
  const mc::PlannedStageView stage = PlanOfOnly(c, OneStage("echo", 3000));
  EXPECT_EQ(stage.tasks, 3000);
  EXPECT_EQ(stage.device_time, absl::Seconds(3));
  EXPECT_EQ(stage.basis, "mean of 30 tasks in job 1");
}

TEST(PlanOf, OtherParametersAreNotTakenForTheSame) {
  CoreHarness c;
  c.Connect("w1");
  ASSERT_TRUE(c.Submit(OneStage("echo", 30)).ok());
  c.RunAll();
  EXPECT_EQ(PlanOfOnly(c, OneStage("echo", 30, R"({"bytes": 17})")).device_time, std::nullopt);
}

TEST(PlanOf, AJobThatIsNotCompleteTeachesNothing) {
  CoreHarness c;
  ASSERT_TRUE(c.Submit(OneStage("echo", 30)).ok());
  EXPECT_EQ(PlanOfOnly(c, OneStage("echo", 30)).basis, "unknown until measured");
}

TEST(PlanOf, AFileIsCountedInBytesAndTasksFollowFromThem) {
  CoreHarness c;
  mc::JobSpec spec = OneStage("prepare", 0, R"({"label": "class", "split": {"train": 0.8, "test": 0.2}})");
  spec.inputs = {{"rows", "csv", ArtifactRef{Sha256("file"), 2'500'000, false}.ToString(), "rows.csv", ""}};
  spec.stages[0].input = "rows";
  spec.outputs[0].from = "work.train";
  const auto admitted = mc::Admit(spec, mc::BuiltinPlanners());
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  const std::vector<mc::PlannedStageView> plan = mc::PlanOf(c.core().state(), *admitted);
  ASSERT_EQ(plan.size(), 2u);
  EXPECT_EQ(plan[0].input_bytes, 2'500'000);
  EXPECT_EQ(plan[0].tasks, 3) << "one for each begun MiB";
  EXPECT_EQ(plan[1].input_bytes, 2'500'000);
  EXPECT_EQ(plan[1].tasks, std::nullopt) << "its rows are not known yet";
}

}  // namespace
}  // namespace mote::testing
