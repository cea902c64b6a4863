#include "coordinator/plan/join_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/schema.h"
#include "tests/coordinator/plan/planning.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

Output TextColumns(int64_t rows, const std::vector<std::string>& names) {
  Output table = TableOf(rows, rows * 20);
  Schema schema;
  for (const std::string& name : names) schema.columns.push_back({name, DType::kText, 1});
  table.schema = schema.Encode();
  return table;
}

TEST(JoinPlanner, CutsTheInputAndGivesEachTaskTheOtherTable) {
  const auto planner = MakeJoinPlanner();
  PlannedStage stage{*planner, {{"with", "b"}, {"on", "k"}}};
  stage.tasks.rows = 10;
  stage.inputs = {{"input", TextColumns(95, {"k", "x"})}, {"with", TextColumns(7, {"k", "y"})}};
  const PlanStep step = *stage.Next();
  EXPECT_EQ(step.passes.at(0).task_count, 10);
  EXPECT_EQ(step.passes.at(0).reducer, "concat");
  EXPECT_EQ(step.passes.at(0).inputs.size(), 2u);
  EXPECT_EQ(stage.Next({Completed(TableOf(3, 90))})->outputs.at("result").rows, 3);
}

TEST(JoinPlanner, ATableThatIsTooLargeToHoldIsRefusedBeforeAnyTask) {
  const auto planner = MakeJoinPlanner();
  PlannedStage stage{*planner, {{"with", "b"}, {"on", "k"}}};
  stage.inputs = {{"input", TableOf(100, 1000)}, {"with", TableOf(1'000'000, 600'000'000)}};
  EXPECT_EQ(
      Message(stage.Next().status()),
      "with: the table has 600000000 bytes, and each engine holds it whole, at most 536870912; join the other way "
      "round, or filter it before");
}

TEST(JoinPlanner, ColumnsAreCheckedBeforeAnyTask) {
  const auto planner = MakeJoinPlanner();
  PlannedStage stage{*planner, {{"with", "b"}, {"on", "key"}}};
  stage.inputs = {{"input", TextColumns(5, {"key", "x"})}, {"with", TextColumns(7, {"keys", "y"})}};
  EXPECT_THAT(Message(stage.Next().status()),
              HasSubstr("on: the table `with` has no column \"key\"; did you mean \"keys\"?"));
}

TEST(JoinPlanner, AReportIsNoTableToJoinWith) {
  const auto planner = MakeJoinPlanner();
  PlannedStage stage{*planner, {{"with", "b"}, {"on", "key"}}};
  stage.inputs = {{"input", TextColumns(5, {"key", "x"})}, {"with", Output{}}};
  EXPECT_THAT(Message(stage.Next().status()), HasSubstr("with: is a report, and this operation reads rows"));
}

}  // namespace
}  // namespace mote::coordinator
