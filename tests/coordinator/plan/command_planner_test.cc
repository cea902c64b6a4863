#include "coordinator/plan/command_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/artifact.h"
#include "common/json.h"
#include "tests/coordinator/plan/planning.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

Json File(const std::string& name) {
  return {{"artifact", ArtifactRef{Sha256(name), 3, false}.ToString()}, {"name", name}};
}

absl::Status Validated(Json parameters) {
  const auto planner = MakeCommandPlanner();
  return PlannedStage{*planner, std::move(parameters)}.Validate();
}

TEST(CommandPlanner, ATaskIsOneRowUnlessTheJobSaysOtherwise) {
  const auto planner = MakeCommandPlanner();
  PlannedStage stage{*planner, {{"run", {"cat"}}}};
  stage.inputs["input"] = TableOf(10, 100);
  const auto step = stage.Next();
  ASSERT_TRUE(step.ok()) << step.status();
  const PassSpec& pass = step->passes[0];
  EXPECT_EQ(pass.task_count, 10);
  EXPECT_EQ(pass.parameters, R"({"files":[],"protocol":"jsonl","rows_per_task":1,"run":["cat"]})");
  EXPECT_EQ(pass.inputs.at("input").bytes, "descriptor");
  EXPECT_EQ(pass.reducer, "concat");

  stage.tasks.rows = 4;
  EXPECT_EQ(stage.Next()->passes[0].task_count, 3);
}

TEST(CommandPlanner, CompletedPassBecomesTheOutputResult) {
  const auto planner = MakeCommandPlanner();
  PlannedStage stage{*planner, {{"run", {"cat"}}}};
  stage.inputs["input"] = TableOf(10, 100);
  ASSERT_TRUE(stage.Next().ok());
  EXPECT_EQ(stage.Next({Completed(TableOf(10, 70))})->outputs.at("result").bytes, 70);
}

TEST(CommandPlanner, MissingInputIsNamed) {
  const auto planner = MakeCommandPlanner();
  PlannedStage stage{*planner, {{"run", {"cat"}}}};
  EXPECT_THAT(Message(stage.Next().status()), HasSubstr("input: missing"));
}

TEST(CommandPlanner, ProgramAndArgumentsAreText) {
  EXPECT_TRUE(Validated({{"run", {"python3", "a.py"}}, {"files", Json::array({File("a.py")})}}).ok());
  EXPECT_THAT(Message(Validated({{"run", Json::array()}})), HasSubstr("run: empty"));
  EXPECT_THAT(Message(Validated({{"run", {"python3", 3}}})), HasSubstr("run[1]: 3 is not text"));
  EXPECT_THAT(Message(Validated({{"run", {""}}})), HasSubstr("run[0]: empty"));
}

TEST(CommandPlanner, FilesMayNotLeaveTheirDirectoryNorHideEachOther) {
  for (const char* bad : {"../a.py", "", ".", "..", "a/b"}) {
    EXPECT_THAT(Message(Validated({{"run", {"x"}}, {"files", Json::array({File(bad)})}})), HasSubstr("files[0]"));
  }
  EXPECT_THAT(Message(Validated({{"run", {"x"}}, {"files", Json::array({File("a"), File("a")})}})),
              HasSubstr("files[1]: a second file called \"a\""));
  EXPECT_THAT(Message(Validated({{"run", {"x"}}, {"files", Json::array({{{"artifact", "sha1:0"}, {"name", "a"}}})}})),
              HasSubstr("files[0]"));
}

TEST(CommandPlanner, UnknownProtocolIsNamed) {
  EXPECT_THAT(Message(Validated({{"run", {"x"}}, {"protocol", "xml"}})), HasSubstr("protocol: \"xml\""));
}

TEST(CommandPlanner, WorkersMustAllowCommands) { EXPECT_TRUE(MakeCommandPlanner()->description().is_command); }

}  // namespace
}  // namespace mote::coordinator
