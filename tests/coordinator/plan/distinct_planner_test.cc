#include "coordinator/plan/distinct_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/coordinator/plan/planning.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

PlannedStage Distinct(const Planner& planner) {
  PlannedStage stage{planner, Json::object()};
  stage.tasks.rows = 100;
  stage.inputs = {{"input", TableOf(1000, 50000)}};
  return stage;
}

TEST(DistinctPlanner, PartsOfTheKeysHaveAboutAMillion) {
  const auto planner = MakeDistinctPlanner();
  PlannedStage stage = Distinct(*planner);
  const PlanStep keys = *stage.Next();
  EXPECT_EQ(keys.passes.at(0).kernel, "distinct.keys");
  EXPECT_EQ(keys.passes.at(0).task_count, 10);
  const PlanStep match = *stage.Next({Completed(TableOf(5'000'000, 160'000'000))});
  EXPECT_EQ(match.passes.at(0).kernel, "distinct.match");
  EXPECT_EQ(match.passes.at(0).task_count, 5);
  EXPECT_EQ(match.passes.at(0).parameters, R"({"parts":5})");
  const PlanStep rows = *stage.Next({Completed(TableOf(7, 168))});
  ASSERT_EQ(rows.passes.size(), 2u);
  EXPECT_EQ(rows.passes[0].kernel, "distinct.rows");
  EXPECT_EQ(rows.passes[1].kernel, "distinct.dropped");
  EXPECT_EQ(rows.passes[1].task_count, 10);
  const PlanStep done = *stage.Next({Completed(TableOf(993, 49650)), Completed(TableOf(7, 112))});
  EXPECT_TRUE(done.passes.empty());
  EXPECT_EQ(done.outputs.at("result").rows, 993);
  EXPECT_EQ(done.outputs.at("dropped").rows, 7);
}

TEST(DistinctPlanner, AbsentTasksLeaveItUnknownWhatIsRepeated) {
  const auto planner = MakeDistinctPlanner();
  PlannedStage stage = Distinct(*planner);
  ASSERT_TRUE(stage.Next().ok());
  CompletedPass done = Completed(TableOf(900, 28800));
  done.absent_count = 1;
  EXPECT_THAT(Message(stage.Next({done}).status()), HasSubstr("distinct: 1 tasks are quarantined"));
}

TEST(DistinctPlanner, NoRowsAtAllAreOneTask) {
  const auto planner = MakeDistinctPlanner();
  PlannedStage stage = Distinct(*planner);
  stage.inputs = {{"input", TableOf(0, 0)}};
  EXPECT_EQ(stage.Next()->passes.at(0).task_count, 1);
  EXPECT_EQ(stage.Next({Completed(TableOf(0, 0))})->passes.at(0).task_count, 1);
}

}  // namespace
}  // namespace mote::coordinator
