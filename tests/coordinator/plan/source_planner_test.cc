#include "coordinator/plan/source_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json.h"
#include "tests/coordinator/plan/planning.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

TEST(SourcePlanner, OnePassOfCountTasksWithTheParametersAsJson) {
  const auto planner = MakeSleepPlanner();
  PlannedStage stage{*planner, {{"duration", "50ms"}}, {.count = 10'000'000}};
  const auto step = stage.Next();
  ASSERT_TRUE(step.ok()) << step.status();
  ASSERT_EQ(step->passes.size(), 1u);
  const PassSpec& pass = step->passes[0];
  EXPECT_EQ(pass.kernel, "sleep");
  EXPECT_EQ(pass.parameters, R"({"duration":"50ms"})");
  EXPECT_EQ(pass.task_count, 10'000'000);
  EXPECT_EQ(pass.reducer, "count");
  EXPECT_TRUE(pass.inputs.empty());
  EXPECT_TRUE(pass.finish);
}

TEST(SourcePlanner, CompletedPassBecomesTheOutputResult) {
  const auto planner = MakeNoopPlanner();
  PlannedStage stage{*planner, Json::object()};
  ASSERT_TRUE(stage.Next().ok());
  const Output output = TableOf(1, 8);
  const auto step = stage.Next({Completed(output)});
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_TRUE(step->passes.empty());
  EXPECT_EQ(step->outputs, (std::map<std::string, Output>{{"result", output}}));
}

TEST(SourcePlanner, DefaultsAreOneTaskAndTheDeclaredParameters) {
  const auto planner = MakeRandomSumPlanner();
  PlannedStage stage{*planner, Json::object()};
  const auto step = stage.Next();
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(step->passes[0].task_count, 1);
  EXPECT_EQ(step->passes[0].parameters, R"({"seed":0,"values":1000})");
  EXPECT_EQ(step->passes[0].reducer, "concat");
}

TEST(SourcePlanner, ReducerOfTheJobFileIsPassedOn) {
  const auto planner = MakeRandomSumPlanner();
  PlannedStage stage{*planner, Json::object(), {}, {.name = "sum", .parameters = "{}"}};
  const auto step = stage.Next();
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(step->passes[0].reducer, "sum");
}

TEST(SourcePlanner, UnknownReducerFailsThePlan) {
  const auto planner = MakeEchoPlanner();
  PlannedStage stage{*planner, Json::object(), {}, {.name = "summ", .parameters = "{}"}};
  EXPECT_EQ(stage.Next().status().code(), absl::StatusCode::kNotFound);
}

TEST(SourcePlanner, RowsOfAnOperationWithoutInputAreRefused) {
  const auto planner = MakeNoopPlanner();
  PlannedStage stage{*planner, Json::object(), {.rows = 5}};
  EXPECT_THAT(Message(stage.Next().status()), HasSubstr("set tasks: {count: n}"));
}

TEST(SourcePlanner, DurationsOutsideADayAreRefused) {
  const auto planner = MakeSpinPlanner();
  for (const char* bad : {"-1s", "25h", "inf", "soon"}) {
    PlannedStage stage{*planner, {{"duration", bad}}};
    EXPECT_THAT(Message(stage.Validate()), HasSubstr(bad));
  }
  PlannedStage stage{*planner, {{"duration", "10us"}}};
  EXPECT_TRUE(stage.Validate().ok());
}

TEST(SourcePlanner, SizesOutsideABlobAreRefused) {
  const auto echo = MakeEchoPlanner();
  const auto random_sum = MakeRandomSumPlanner();
  EXPECT_THAT(Message(PlannedStage{*echo, {{"bytes", 0}}}.Validate()), HasSubstr("bytes: 0 is not in 1 to 4194304"));
  EXPECT_TRUE((PlannedStage{*echo, {{"bytes", 4194304}}}.Validate().ok()));
  EXPECT_THAT(Message(PlannedStage{*random_sum, {{"values", 524289}}}.Validate()), HasSubstr("values: 524289"));
  EXPECT_THAT(Message(PlannedStage{*random_sum, {{"seed", -1}}}.Validate()), HasSubstr("seed: -1"));
}

TEST(MisbehavePlanner, WaysToFailAreKnownByName) {
  const auto planner = MakeMisbehavePlanner();
  EXPECT_TRUE(planner->description().is_test);
  PlannedStage stage{*planner, {{"tasks", {5}}, {"how", "crsh"}}};
  EXPECT_THAT(Message(stage.Validate()), HasSubstr("did you mean \"crash\"?"));
  PlannedStage negative{*planner, {{"tasks", {-1}}, {"how", "crash"}}};
  EXPECT_THAT(Message(negative.Validate()), HasSubstr("tasks: -1 is not a task's index"));
}

TEST(MisbehavePlanner, PassIsLargeEnoughForEachNamedTask) {
  const auto planner = MakeMisbehavePlanner();
  PlannedStage stage{*planner, {{"tasks", {5, 2}}, {"how", "error"}}};
  EXPECT_EQ(stage.Next()->passes[0].task_count, 6);
  PlannedStage small{*planner, {{"tasks", {5}}, {"how", "error"}}, {.count = 5}};
  EXPECT_THAT(Message(small.Next().status()), HasSubstr("tasks.count: 5 tasks, but task 5"));
}

}  // namespace
}  // namespace mote::coordinator
