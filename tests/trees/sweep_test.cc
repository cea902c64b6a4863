#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/prepare/options.h"
#include "tests/trees/trained_trees.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

const Json& GridOfForests() {
  static const Json parameters{{"of", "forest"},
                               {"with", {{"seed", 3}}},
                               {"over", {{"grid", {{"trees", {1, 12}}, {"depth", {1, 6}}}}}},
                               {"select", {{"by", "accuracy"}}},
                               {"measure", "clean.dev"}};
  return parameters;
}

struct Swept {
  std::string model;
  Json trials;
};

absl::StatusOr<Swept> Sweep(const Json& parameters, InProcessOptions options = {}, int64_t rows = 250) {
  InProcess process(options);
  std::map<std::string, Output> inputs{{"input", process.MakeTable(PreparedTable(rows, 5, 2, 1), 37)}};
  if (parameters.contains("measure")) inputs.emplace("measure", process.MakeTable(PreparedTable(150, 5, 2, 2), 40));
  auto outputs = process.Run("sweep", parameters, inputs);
  if (!outputs.ok()) return outputs.status();
  return Swept{process.Content(outputs->at("model")), Json::parse(process.Content(outputs->at("trials")))};
}

TEST(Sweep, TheWinnerIsTheBestOfTheTrialsRunAlone) {
  const auto swept = Sweep(GridOfForests());
  ASSERT_TRUE(swept.ok()) << swept.status();
  ASSERT_EQ(swept->trials["trials"].size(), 4U);
  double best = 0;
  std::string best_model;
  for (const int depth : {1, 6}) {  // the order of the grid: names sorted, the last one fastest
    for (const int trees : {1, 12}) {
      const auto alone =
          TrainTrees("forest", {{"seed", 3}, {"depth", depth}, {"trees", trees}}, PreparedTable(250, 5, 2, 1));
      ASSERT_TRUE(alone.ok()) << alone.status();
      const double accuracy = AccuracyOf(*Parse(alone->model), PreparedTable(150, 5, 2, 2));
      if (accuracy > best) best_model = alone->model;
      best = std::max(best, accuracy);
      const Json& row =
          *std::find_if(swept->trials["trials"].begin(), swept->trials["trials"].end(), [&](const Json& r) {
            return r["varied"] == Json{{"depth", depth}, {"trees", trees}};
          });
      EXPECT_DOUBLE_EQ(row["accuracy"].get<double>(), accuracy);
    }
  }
  EXPECT_EQ(swept->model, best_model);
  EXPECT_DOUBLE_EQ(swept->trials["trials"][0]["accuracy"].get<double>(), best);
}

TEST(Sweep, BitsDoNotDependOnBlocks) {
  const auto once = Sweep(GridOfForests());
  const auto again = Sweep(GridOfForests(), {.block_level = 3, .backwards = true});
  ASSERT_TRUE(once.ok() && again.ok()) << once.status() << again.status();
  EXPECT_EQ(again->model, once->model);
  EXPECT_EQ(again->trials, once->trials);
}

TEST(Sweep, RandomTrialsDependOnTheirSeedAlone) {
  Json parameters = GridOfForests();
  parameters["of"] = "boost";
  parameters["with"] = {{"rounds", 3}};
  parameters["over"] = {
      {"random", {{"learning_rate", {{"from", 0.01}, {"to", 1.0}, {"log", true}}}, {"depth", {2, 4}}}},
      {"trials", 11},
      {"seed", 5}};
  const auto once = Sweep(parameters);
  const auto again = Sweep(parameters);
  ASSERT_TRUE(once.ok() && again.ok()) << once.status() << again.status();
  EXPECT_EQ(once->trials, again->trials);
  std::set<double> rates;
  for (const Json& row : once->trials["trials"]) {
    const double rate = row["varied"]["learning_rate"];
    EXPECT_GE(rate, 0.01);
    EXPECT_LE(rate, 1.0);
    rates.insert(rate);
  }
  EXPECT_EQ(rates.size(), 11U);
  parameters["over"]["seed"] = 6;
  EXPECT_NE(Sweep(parameters)->trials, once->trials);
}

TEST(Sweep, HalvingKeepsTheBestThirdOfEachRung) {
  Json parameters = GridOfForests();
  parameters["with"] = {{"depth", 3}};
  parameters["over"] = {{"halving", {{"rows_min", {1, 5, 20, 60, 100}}}}, {"trees", {2, 6, 18}}};
  const auto swept = Sweep(parameters);
  ASSERT_TRUE(swept.ok()) << swept.status();
  // 5 trials of 2 trees, 2 of 6, 1 of 18; each stands where it ended.
  std::vector<int> rungs;
  for (const Json& row : swept->trials["trials"]) rungs.push_back(row["rung"]);
  EXPECT_EQ(rungs, (std::vector<int>{3, 2, 1, 1, 1}));
  EXPECT_EQ(swept->trials["trials"][0]["trees"], 18);
  EXPECT_EQ(Parse(swept->model)->trees().size(), 18U);
}

TEST(Sweep, CrossValidationMeasuresEachFoldAndTrainsTheBestOnAllRows) {
  Json parameters = GridOfForests();
  parameters.erase("measure");
  parameters["select"] = {{"by", "f1_macro"}, {"folds", 4}};
  const auto swept = Sweep(parameters);
  ASSERT_TRUE(swept.ok()) << swept.status();
  for (const Json& row : swept->trials["trials"]) {
    ASSERT_EQ(row["folds"].size(), 4U);
    double sum = 0;
    for (const Json& score : row["folds"]) sum += score.get<double>();
    EXPECT_DOUBLE_EQ(row["f1_macro"].get<double>(), sum / 4);
  }
  const Json& best = swept->trials["trials"][0]["varied"];
  Json alone{{"seed", 3}};
  alone.update(best);
  EXPECT_EQ(TrainTrees("forest", alone, PreparedTable(250, 5, 2, 1))->model, swept->model);
}

TEST(Sweep, CandidatesAreOperationsSideBySide) {
  Json parameters{
      {"over", {{"candidates", {{{"forest", {{"trees", 1}, {"depth", 1}}}}, {{"boost", {{"rounds", 20}}}}}}}},
      {"select", {{"by", "roc_auc"}}},
      {"measure", "clean.dev"}};
  const auto swept = Sweep(parameters);
  ASSERT_TRUE(swept.ok()) << swept.status();
  EXPECT_EQ(swept->trials["trials"][0]["operation"], "boost");
  EXPECT_EQ(Parse(swept->model)->head().kind, "boost");
}

TEST(Sweep, NestedSettingsAreFoundByTheirName) {
  Json parameters{{"of", "train"},
                  {"with", {{"optimizer", {{"adamw", {{"lr", 0.1}}}}}}},
                  {"over", {{"grid", {{"lr", {0.5, -1.0}}}}}},
                  {"select", {{"by", "accuracy"}}},
                  {"measure", "clean.dev"}};
  // The second value reaches the optimizer, which refuses it.
  const std::string message(Sweep(parameters).status().message());
  EXPECT_THAT(message, HasSubstr("trial {\"lr\":-1}: optimizer.adamw.lr: -1.0 is not above 0"));
}

TEST(Sweep, MistakesNameTheirPlace) {
  const auto message = [](const char* key, const Json& value) {
    Json parameters = GridOfForests();
    parameters[key] = value;
    return std::string(Sweep(parameters).status().message());
  };
  EXPECT_THAT(message("over", {{"grid", {{"trees", 5}}}}), HasSubstr("over.grid.trees: 5 is not a list"));
  EXPECT_THAT(message("over", {{"gird", {{"trees", {5}}}}}), HasSubstr("one of grid, random, halving"));
  EXPECT_THAT(message("over", {{"random", {{"trees", {5}}}}}), HasSubstr("over.trials"));
  EXPECT_THAT(message("over", {{"grid", {{"tress", {5}}}}}), HasSubstr("tress"));
  EXPECT_THAT(message("over", {{"halving", {{"depth", {5}}}}, {"trees", {5, 5}}}), HasSubstr("ascending"));
  EXPECT_THAT(message("select", {{"by", "auc"}}), HasSubstr("no number \"auc\""));
  EXPECT_THAT(message("select", {{"by", "accuracy"}, {"keep", 2}}), HasSubstr("not supported yet"));
  EXPECT_THAT(message("of", "noop"), HasSubstr("yields no model"));
}

Json BoostCandidate(const std::string& validate) {
  return {{"boost", {{"rounds", 30}, {"patience", 2}, {"validate", validate}}}};
}

TEST(Sweep, CandidatesMayValidateOnOneTable) {
  const Json parameters{{"over", {{"candidates", {BoostCandidate("clean.dev"), {{"forest", {{"trees", 2}}}}}}}},
                        {"select", {{"by", "roc_auc"}}},
                        {"measure", "clean.dev"},
                        {"validate", "clean.dev"}};
  const Table train = PreparedTable(250, 5, 2, 1), dev = PreparedTable(150, 5, 2, 2);
  InProcess process;
  const Output validate = process.MakeTable(dev, 40);
  const auto outputs = process.Run(
      "sweep", parameters, {{"input", process.MakeTable(train, 37)}, {"measure", validate}, {"validate", validate}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const auto alone = TrainTrees("boost", BoostCandidate("clean.dev")["boost"], train, {}, &dev);
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(process.Content(outputs->at("model")), alone->model) << "and stops where it would alone";
}

TEST(Sweep, ACandidateMayNotReadATableThatTheSweepDoesNot) {
  Json parameters{{"over", {{"candidates", {BoostCandidate("clean.dev")}}}},
                  {"select", {{"by", "roc_auc"}}},
                  {"measure", "clean.dev"}};
  EXPECT_THAT(std::string(Sweep(parameters).status().message()), HasSubstr("over.candidates: validate: \"clean.dev\""));
  parameters["validate"] = "clean.other";
  EXPECT_THAT(std::string(Sweep(parameters).status().message()), HasSubstr("is another table than"));
}

// Twenty rows of a class in ten folds: two in each, or the measure would have no value.
TEST(Sweep, FoldsHaveTheirShareOfEachClass) {
  TableBuilder builder({{{"row", DType::kI64, 1}, {"x", DType::kF32, 1}, {"label", DType::kI64, 1}}});
  for (int row = 0; row < 400; ++row) {
    builder.AddI64(row);
    builder.AddF32s(std::vector<float>{static_cast<float>(row % 20)}.data(), 1);
    builder.AddI64(row % 20 == 7 ? 1 : 0);
  }
  InProcess process;
  const auto outputs = process.Run("sweep",
                                   {{"of", "forest"},
                                    {"with", {{"trees", 1}}},
                                    {"over", {{"grid", {{"depth", {2}}}}}},
                                    {"select", {{"by", "roc_auc"}, {"folds", 10}}}},
                                   {{"input", process.MakeTable(builder.Take(), 37)}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const Json trials = Json::parse(process.Content(outputs->at("trials")));
  EXPECT_EQ(trials["trials"][0]["folds"].size(), 10u);
}

// A group's rows are alike: in two folds they would tell of each other.
TEST(Sweep, FoldsDoNotPartGroups) {
  TableBuilder builder(
      {{{"row", DType::kI64, 1}, {"x", DType::kF32, 1}, {"label", DType::kI64, 1}, {kGroupColumn, DType::kI64, 1}}});
  const Philox random(3, 0);
  for (int row = 0; row < 600; ++row) {  // the label is a coin of each group, and x names the group
    const int64_t group = row % 100;
    builder.AddI64(row);
    builder.AddF32s(std::vector<float>{static_cast<float>(group)}.data(), 1);
    builder.AddI64(static_cast<int64_t>(random.U64(static_cast<uint64_t>(group)) % 2));
    builder.AddI64(group * 1'000'003);
  }
  InProcess process;
  const auto outputs = process.Run("sweep",
                                   {{"of", "forest"},
                                    {"with", {{"trees", 10}, {"rows_min", 1}}},
                                    {"over", {{"grid", {{"depth", {12}}}}}},
                                    {"select", {{"by", "accuracy"}, {"folds", 5}}}},
                                   {{"input", process.MakeTable(builder.Take(), 37)}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const Json trials = Json::parse(process.Content(outputs->at("trials")));
  EXPECT_LT(trials["trials"][0]["accuracy"].get<double>(), 0.75) << "nothing tells a new group's coin";
}

TEST(Sweep, ALossIsBetterWhereItIsLess) {
  Json parameters = GridOfForests();
  parameters["select"] = {{"by", "brier"}};
  const auto swept = Sweep(parameters);
  ASSERT_TRUE(swept.ok()) << swept.status();
  const Json& trials = swept->trials["trials"];
  for (size_t i = 1; i < trials.size(); ++i) {
    EXPECT_LE(trials[i - 1]["brier"].get<double>(), trials[i]["brier"].get<double>());
  }
}

}  // namespace
}  // namespace mote::testing
