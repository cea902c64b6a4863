#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/permutation.h"
#include "coordinator/plan/feature_groups.h"
#include "tests/trees/trained_trees.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kFeatures = 4;

struct Importances {
  Json document;
  std::string model;
};

absl::StatusOr<Importances> ImportanceOf(const Json& parameters, InProcessOptions options = {},
                                         const Table& table = PreparedTable(150, kFeatures, 2, 2)) {
  InProcess process(options);
  auto trained =
      process.Run("forest", {{"trees", 12}}, {{"input", process.MakeTable(PreparedTable(250, kFeatures, 2, 1), 50)}});
  if (!trained.ok()) return trained.status();
  Json all{{"model", "grow.model"}};
  all.update(parameters);
  auto outputs = process.Run("importance", all,
                             {{"input", process.MakeTable(table, 40)}, {"model", trained->at("model")}}, {.rows = 32});
  if (!outputs.ok()) return outputs.status();
  return Importances{Json::parse(process.Content(outputs->at("result"))), process.Content(trained->at("model"))};
}

// The accuracy of the model once each row has feature `feature` of row order.At(row).
double AccuracyShuffled(const engine::TreeModel& model, const Table& table, size_t feature, const Permutation& order) {
  const Examples examples = ExamplesOf(table);
  int64_t right = 0;
  for (size_t row = 0; row < examples.x.size(); ++row) {
    std::vector<float> x = examples.x[row];
    x[feature] = examples.x[static_cast<size_t>(order.At(static_cast<int64_t>(row)))][feature];
    const std::vector<float> scores = ScoresOf(model, x);
    right += std::max_element(scores.begin(), scores.end()) - scores.begin() == examples.labels[row];
  }
  return static_cast<double>(right) / static_cast<double>(examples.x.size());
}

TEST(Importance, IsWhatAPlainComputationOverTheWholeTableYields) {
  const auto found = ImportanceOf({{"by", "accuracy"}, {"repeats", 3}, {"seed", 5}});
  ASSERT_TRUE(found.ok()) << found.status();
  const auto model = Parse(found->model);
  const Table table = PreparedTable(150, kFeatures, 2, 2);
  const double whole = AccuracyOf(*model, table);
  EXPECT_DOUBLE_EQ(found->document["score"].get<double>(), whole);
  ASSERT_EQ(found->document["features"].size(), static_cast<size_t>(kFeatures));
  double before = 1;
  for (const Json& row : found->document["features"]) {
    const size_t feature = row["name"].get<std::string>()[2] - '0';  // "x[2]": the table does not name them
    for (size_t i = 0; i < 3; ++i) {
      const Permutation order(table.rows, 5 * 10000 + 1 + feature * 3 + i);
      EXPECT_NEAR(row["losses"][i].get<double>(), whole - AccuracyShuffled(*model, table, feature, order), 1e-12);
    }
    EXPECT_LE(row["mean"].get<double>(), before);
    before = row["mean"].get<double>();
  }
}

TEST(Importance, AFeatureThatTellsNothingIsWorthNothing) {
  // Only the first number says which class it is.
  TableBuilder builder({{{"x", DType::kF32, 2}, {"label", DType::kI64, 1}}});
  const Philox random(3, 0);
  for (int64_t row = 0; row < 400; ++row) {
    const float x[2] = {static_cast<float>(row % 2), static_cast<float>(random.Uniform(row))};
    builder.AddF32s(x, 2);
    builder.AddI64(row % 2);
  }
  InProcess process;
  const Output table = process.MakeTable(builder.Take(), 90);
  const auto trained = process.Run("forest", {{"trees", 20}}, {{"input", table}});
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto outputs =
      process.Run("importance", {{"model", "f.model"}}, {{"input", table}, {"model", trained->at("model")}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const Json document = Json::parse(process.Content(outputs->at("result")));
  EXPECT_EQ(document["features"][0]["name"], "x[0]");
  EXPECT_NEAR(document["features"][0]["mean"].get<double>(), 0.5, 0.1);  // a coin's area instead of 1
  EXPECT_NEAR(document["features"][1]["mean"].get<double>(), 0.0, 0.02);
}

TEST(Importance, AnyCutGivesTheSameDocument) {
  const auto once = ImportanceOf({{"repeats", 2}});
  ASSERT_TRUE(once.ok()) << once.status();
  for (const bool backwards : {false, true}) {
    const auto again = ImportanceOf({{"repeats", 2}}, {.block_level = 2, .backwards = backwards});
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->document.dump(), once->document.dump());
  }
}

TEST(Importance, WhatOneColumnBecameIsTakenTogether) {
  using coordinator::FeatureGroup;
  using coordinator::GroupFeatures;
  EXPECT_THAT(GroupFeatures({"age", "job=a", "job=b=c", "town#0", "town#1", "x", "x"}),
              ElementsAre(FeatureGroup{"age", {0}}, FeatureGroup{"job", {1, 2}}, FeatureGroup{"town", {3, 4}},
                          FeatureGroup{"x", {5}}, FeatureGroup{"x", {6}}));
  EXPECT_THAT(GroupFeatures({"job", "job=a", "n#"}), ElementsAre(FeatureGroup{"job", {0, 1}}, FeatureGroup{"n#", {2}}));
}

TEST(Importance, WhatCannotBeMeasuredIsRefused) {
  const auto message = [](const auto& result) { return std::string(result.status().message()); };
  EXPECT_THAT(message(ImportanceOf({{"repeats", 0}})), HasSubstr("repeats: 0 is not in 1 to 1000"));
  EXPECT_THAT(message(ImportanceOf({{"seed", -1}})), HasSubstr("seed: -1"));
  EXPECT_THAT(message(ImportanceOf({{"by", "acuracy"}})), HasSubstr("by: the report has no number \"acuracy\""));
  EXPECT_THAT(message(ImportanceOf({{"label", "x"}})), HasSubstr("\"x\""));
  EXPECT_THAT(message(ImportanceOf(Json::object(), {}, PreparedTable(60, kFeatures + 1, 2, 2))),
              HasSubstr("takes one batch of 4 features"));
  EXPECT_THAT(message(ImportanceOf({{"inputs", {{"x"}, {"row"}}}})), HasSubstr("inputs: 2 batches"));
}

}  // namespace
}  // namespace mote::testing
