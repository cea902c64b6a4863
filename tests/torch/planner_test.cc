#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "common/json.h"
#include "common/json_params.h"
#include "coordinator/plan/infer_planner.h"
#include "coordinator/plan/train_planner.h"
#include "tests/testing/in_process.h"
#include "tests/torch/prepared_table.h"
#include "tests/torch/torch_options.h"

namespace mote::testing {
namespace {

using coordinator::MakeInferPlanner;
using coordinator::MakeTrainPlanner;
using coordinator::Planner;
using ::testing::HasSubstr;

std::string Refusal(const Planner& planner, Json parameters) {
  absl::Status status = ToStatus(CheckParameters(planner.description().parameters, &parameters));
  if (status.ok()) status = planner.Validate(parameters);
  return status.ok() ? "accepted" : std::string(status.message());
}

std::string TrainRefusal(const Json& parameters) { return Refusal(*MakeTrainPlanner(), parameters); }

TEST(TrainPlanner, DefaultsAreEnough) { EXPECT_EQ(TrainRefusal(Json::object()), "accepted"); }

TEST(TrainPlanner, ParametersAreNamedByTheirPath) {
  EXPECT_THAT(TrainRefusal({{"model", {{"mlq", Json::object()}}}}), HasSubstr("did you mean \"mlp\"?"));
  EXPECT_THAT(TrainRefusal({{"model", {{"mlp", {{"hiden", {3}}}}}}}), HasSubstr("model.mlp.hiden"));
  EXPECT_THAT(TrainRefusal({{"model", {{"mlp", {{"hidden", {3, 0}}}}}}}), HasSubstr("model.mlp.hidden[1]: 0"));
  EXPECT_THAT(TrainRefusal({{"model", {{"mlp", {{"dropout", 0.1}}}}}}), HasSubstr("not supported yet"));
  EXPECT_THAT(TrainRefusal({{"model", {{"mlp", {{"activation", "rely"}}}}}}), HasSubstr("did you mean \"relu\"?"));
  EXPECT_THAT(TrainRefusal({{"optimizer", {{"adamw", {{"lr", 0}}}}}}), HasSubstr("optimizer.adamw.lr: 0"));
  EXPECT_THAT(TrainRefusal({{"optimizer", {{"sgd", {{"momentum", 1}}}}}}), HasSubstr("optimizer.sgd.momentum: 1"));
  EXPECT_THAT(TrainRefusal({{"optimizer", {{"adam", {{"betas", {0.9}}}}}}}), HasSubstr("optimizer.adam.betas"));
  EXPECT_THAT(TrainRefusal({{"epochs", 0}}), HasSubstr("epochs: 0 is not in 1 to 1000"));
  EXPECT_THAT(TrainRefusal({{"loss", "hinge"}}), HasSubstr("not supported yet"));
  EXPECT_THAT(TrainRefusal({{"keep", "best"}}), HasSubstr("set validate"));
  EXPECT_THAT(TrainRefusal({{"batch_size", -4}}), HasSubstr("batch_size: -4"));
}

TEST(TrainPlanner, LocalStepsAreNamedByTheirPath) {
  const auto refusal = [](const Json& local) { return TrainRefusal({{"local", local}}); };
  EXPECT_EQ(refusal({{"parts", 4}}), "accepted");
  EXPECT_EQ(refusal({{"parts", 65536}, {"steps", 1000}}), "accepted");
  EXPECT_THAT(refusal({{"parts", 0}}), HasSubstr("local.parts: 0 is not in 1 to 65536"));
  EXPECT_THAT(refusal({{"parts", 4}, {"steps", -1}}), HasSubstr("local.steps: -1 is not in 1 to 1000"));
  EXPECT_THAT(refusal({{"parts", 4}, {"steps", 1001}}), HasSubstr("local.steps: 1001 is not in"));
  EXPECT_THAT(refusal({{"parts", 4}, {"step", 2}}), HasSubstr("local.step"));
  EXPECT_THAT(refusal({{"parts", "many"}}), HasSubstr("local.parts"));
  EXPECT_THAT(refusal(4), HasSubstr("local"));
}

class TrainSteps : public ::testing::Test {
 protected:
  absl::StatusOr<coordinator::PlanStep> Next(const std::map<std::string, Output>& inputs) {
    Json parameters = Json::object();
    if (inputs.contains("validate")) parameters["validate"] = "clean.dev";
    EXPECT_TRUE(CheckParameters(planner_->description().parameters, &parameters).empty());
    return planner_->Next({"fit", parameters, {}, {}, inputs, "", {}});
  }

  InProcess process_{TorchOptions(0)};
  std::unique_ptr<Planner> planner_ = MakeTrainPlanner();
};

TEST_F(TrainSteps, TableWithoutFeaturesIsRefused) {
  const auto step = Next({{"input", process_.Index("a,b\n1,2\n").value()}});
  EXPECT_THAT(step.status().ToString(), HasSubstr("has columns a:text, b:text; train needs x:f32"));
}

TEST_F(TrainSteps, ValidationTableOfOtherFeaturesIsRefused) {
  const auto step = Next({{"input", process_.MakeTable(PreparedTable(20, 3, 2, 1), 50)},
                          {"validate", process_.MakeTable(PreparedTable(20, 4, 2, 1), 50)}});
  EXPECT_THAT(step.status().ToString(), HasSubstr("validate: x has 4 features and the input's has 3"));
}

TEST_F(TrainSteps, AnswersOfAnEngineThatLiesAreErrorsNotCrashes) {
  const std::map<std::string, Output> inputs{{"input", process_.MakeTable(PreparedTable(20, 3, 2, 1), 50)}};
  Json parameters = Json::object();
  ASSERT_TRUE(CheckParameters(planner_->description().parameters, &parameters).empty());
  auto step = planner_->Next({"fit", parameters, {}, {}, inputs, "", {}});
  ASSERT_TRUE(step.ok());
  std::vector<coordinator::CompletedPass> completed(1);
  completed[0].output.content.bytes = R"({"classes":[[0,10],[1,10]]})";
  step = planner_->Next({"fit", parameters, {}, {}, inputs, step->memo, completed});
  ASSERT_TRUE(step.ok()) << step.status();
  for (const char* answer : {"", "[]", "{}", R"({"state":7})", R"({"state":"sha256:xyz:1"})"}) {
    completed[0].root.bytes = answer;
    EXPECT_FALSE(planner_->Next({"fit", parameters, {}, {}, inputs, step->memo, completed}).ok()) << answer;
  }
  completed[0].absent_all = true;
  EXPECT_THAT(planner_->Next({"fit", parameters, {}, {}, inputs, step->memo, completed}).status().ToString(),
              HasSubstr("quarantined"));
}

// An epoch of 14 rows in parts of 5, 5 and 4, with rounds of one step of two rows: the last
// round is one of the larger parts alone.
TEST_F(TrainSteps, ARoundIsAPassOfThePartsThatHaveRowsLeft) {
  const std::map<std::string, Output> inputs{{"input", process_.MakeTable(PreparedTable(14, 3, 2, 1), 50)}};
  Json parameters{{"local", {{"parts", 3}, {"steps", 1}}}, {"batch_size", 2}, {"epochs", 1}, {"schedule", "linear"}};
  ASSERT_TRUE(CheckParameters(planner_->description().parameters, &parameters).empty());
  std::vector<coordinator::CompletedPass> completed;
  auto step = planner_->Next({"fit", parameters, {}, {}, inputs, "", completed});
  completed.resize(1);
  const auto next = [&](const std::string& answer) {
    EXPECT_TRUE(step.ok()) << step.status();
    completed[0].root.bytes = answer;
    step = planner_->Next({"fit", parameters, {}, {}, inputs, step->memo, completed});
  };
  completed[0].output.content.bytes = R"({"classes":[[0,7],[1,7]]})";
  next("");
  const std::string state = "sha256:" + std::string(64, 'a') + ":5";
  next(Json{{"state", state}}.dump());
  for (const int64_t parts : {3, 3, 2}) {
    ASSERT_TRUE(step.ok()) << step.status();
    ASSERT_EQ(step->passes.size(), 1U);
    EXPECT_EQ(step->passes[0].kernel, "train.local");
    EXPECT_EQ(step->passes[0].reducer, "state_sum");
    EXPECT_EQ(step->passes[0].task_count, parts);
    EXPECT_TRUE(step->is_volatile);
    next("sums");
    ASSERT_TRUE(step.ok()) << step.status();
    EXPECT_EQ(step->passes[0].kernel, "train.average");
    EXPECT_EQ(step->passes[0].inputs.at("root0").bytes, "sums");
    next(Json{{"state", state}, {"losses", {1.0}}, {"rows", {4}}}.dump());
  }
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_EQ(step->passes[0].kernel, "train.export");
  EXPECT_EQ(step->tasks_to_come, 0);
}

TEST_F(TrainSteps, ARoundWithoutAPartEndsTheTraining) {
  const std::map<std::string, Output> inputs{{"input", process_.MakeTable(PreparedTable(14, 3, 2, 1), 50)}};
  Json parameters{{"local", {{"parts", 3}}}};
  ASSERT_TRUE(CheckParameters(planner_->description().parameters, &parameters).empty());
  const std::string state = "sha256:" + std::string(64, 'a') + ":5";
  const std::string memo = Json{
      {"phase", "round"},
      {"at", {0, 0}},
      {"classes", 2},
      {"weights", Json::array()},
      {"state", state},
      {"keys", {"", ""}},
      {"pending", Json::array()},
      {"defers", false},
      {"best", {-1, 0.0, Json()}},
      {"loss", {0.0, 0}},
      {"history",
       Json::array()}}.dump();
  std::vector<coordinator::CompletedPass> completed(1);
  completed[0].absent_all = true;
  EXPECT_THAT(planner_->Next({"fit", parameters, {}, {}, inputs, memo, completed}).status().ToString(),
              HasSubstr("every task of epoch 1, round 1 was quarantined: there is no state to average"));
}

std::string InferRefusal(Json parameters) {
  if (!parameters.contains("model")) parameters["model"] = "fit.model";
  return Refusal(*MakeInferPlanner(), parameters);
}

TEST(InferPlanner, ParametersAreNamedByTheirPath) {
  EXPECT_EQ(InferRefusal(Json::object()), "accepted");
  EXPECT_THAT(InferRefusal({{"model", {{"torchscrip", Json::object()}}}}), HasSubstr("did you mean \"torchscript\"?"));
  EXPECT_THAT(InferRefusal({{"model", {{"torchscript", {{"name", "a.pt"}}}}}}), HasSubstr("model.torchscript"));
  EXPECT_THAT(InferRefusal({{"model", 3}}), AllOf(HasSubstr("model: "), HasSubstr("got 3")));
  EXPECT_THAT(InferRefusal({{"inputs", Json::array()}}), HasSubstr("inputs: []"));
  EXPECT_THAT(InferRefusal({{"inputs", {{"a"}, 3}}}), HasSubstr("inputs"));
}

TEST(InferPlanner, ColumnsAreResolvedAgainstTheTable) {
  InProcess process(TorchOptions(0));
  const Json model{{"torchscript", {{"artifact", "sha256:" + std::string(64, 'a') + ":5"}, {"name", "a.pt"}}}};
  const std::map<std::string, Output> inputs{{"input", process.Index("p0,label,p1,prediction\n1,2,3,4\n").value()}};
  const auto run = [&](Json more) {
    more["model"] = model;
    more["on_bad_row"] = "fail";
    return MakeInferPlanner()->Next({"score", more, {}, {}, inputs, "", {}});
  };
  const auto step = run({{"inputs", {"p0", "p1"}}, {"keep", {"label"}}});
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_TRUE(step->passes[0].numeric);
  EXPECT_THAT(run({{"inputs", {"q*"}}}).status().ToString(), HasSubstr("no column is called \"q*\""));
  EXPECT_THAT(run({{"inputs", {"p0"}}}).status().ToString(), HasSubstr("two columns \"prediction\""));
  EXPECT_THAT(run({{"inputs", {"p0"}}, {"keep", {"lable"}}}).status().ToString(), HasSubstr("did you mean \"label\"?"));
}

}  // namespace
}  // namespace mote::testing
