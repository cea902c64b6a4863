#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "tests/trees/trained_trees.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

Json DecisionTree() { return {{"trees", 1}, {"bootstrap", false}, {"features", "all"}}; }

// One row's class shares by a tree that is grown from the definition: every feature and
// bin is tried at every node, by counting rows.
class PlainTree {
 public:
  PlainTree(const Examples& examples, const BinEdges& edges, int64_t classes, int64_t rows_min)
      : labels_(examples.labels), classes_(classes), rows_min_(rows_min) {
    for (const std::vector<float>& x : examples.x) bins_.push_back(BinsOf(edges, x));
  }

  static std::vector<uint8_t> BinsOf(const BinEdges& edges, const std::vector<float>& x) {
    std::vector<uint8_t> bins;
    for (size_t i = 0; i < x.size(); ++i) bins.push_back(BinEdges::Bin(edges.features[i], x[i]));
    return bins;
  }

  std::vector<float> Shares(const std::vector<uint8_t>& row) const {
    std::vector<size_t> rows(labels_.size());
    std::iota(rows.begin(), rows.end(), size_t{0});
    return Walk(rows, row);
  }

 private:
  std::vector<double> Count(const std::vector<size_t>& rows) const {
    std::vector<double> counts(static_cast<size_t>(classes_));
    for (const size_t row : rows) counts[static_cast<size_t>(labels_[row])] += 1;
    return counts;
  }

  static double Purity(const std::vector<double>& counts) {
    double squares = 0;
    double total = 0;
    for (const double count : counts) {
      squares += count * count;
      total += count;
    }
    return squares / total;
  }

  std::vector<float> Walk(const std::vector<size_t>& rows, const std::vector<uint8_t>& row) const {
    const std::vector<double> counts = Count(rows);
    double best = Purity(counts) * (1.0 + 1e-12);
    int best_feature = -1;
    int best_bin = 0;
    const bool pure = *std::max_element(counts.begin(), counts.end()) == static_cast<double>(rows.size());
    for (size_t feature = 0; !pure && feature < row.size(); ++feature) {
      for (int bin = 0; bin < 255; ++bin) {
        const auto [left, right] = Cut(rows, feature, bin);
        if (static_cast<int64_t>(std::min(left.size(), right.size())) < rows_min_) continue;
        const double score = Purity(Count(left)) + Purity(Count(right));
        if (score <= best) continue;
        best = score;
        best_feature = static_cast<int>(feature);
        best_bin = bin;
      }
    }
    if (best_feature >= 0) {
      const auto [left, right] = Cut(rows, static_cast<size_t>(best_feature), best_bin);
      return Walk(row[static_cast<size_t>(best_feature)] <= best_bin ? left : right, row);
    }
    std::vector<float> shares;
    for (const double count : counts) shares.push_back(static_cast<float>(count / static_cast<double>(rows.size())));
    return shares;
  }

  std::pair<std::vector<size_t>, std::vector<size_t>> Cut(const std::vector<size_t>& rows, size_t feature,
                                                          int bin) const {
    std::pair<std::vector<size_t>, std::vector<size_t>> sides;
    for (const size_t row : rows) (bins_[row][feature] <= bin ? sides.first : sides.second).push_back(row);
    return sides;
  }

  std::vector<std::vector<uint8_t>> bins_;
  const std::vector<int64_t> labels_;
  const int64_t classes_;
  const int64_t rows_min_;
};

void ExpectPlainTree(int64_t classes, int64_t rows_min) {
  const Table table = PreparedTable(160, 4, classes, 11);
  Json parameters = DecisionTree();
  parameters["rows_min"] = rows_min;
  parameters["bins"] = 20;
  const auto trained = TrainTrees("forest", parameters, table);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto model = Parse(trained->model);
  const Examples examples = ExamplesOf(table);
  const PlainTree plain(examples, model->edges(), classes, rows_min);
  for (const std::vector<float>& x : ExamplesOf(PreparedTable(40, 4, classes, 12)).x) {
    const std::vector<float> shares = plain.Shares(PlainTree::BinsOf(model->edges(), x));
    const std::vector<float> scores = ScoresOf(*model, x);
    for (size_t c = 0; c < shares.size(); ++c) EXPECT_FLOAT_EQ(scores[c], shares[c]);
  }
}

TEST(Forest, OneTreeIsTheTreeOfTheDefinition) { ExpectPlainTree(2, 1); }
TEST(Forest, OneTreeOfThreeClassesIsTheTreeOfTheDefinition) { ExpectPlainTree(3, 4); }

TEST(Forest, BitsDoNotDependOnWhoGrowsWhichTree) {
  const Table table = PreparedTable(300, 6, 3, 1);
  const Json parameters{{"trees", 9}, {"seed", 5}};
  const auto once = TrainTrees("forest", parameters, table);
  ASSERT_TRUE(once.ok()) << once.status();
  for (const bool backwards : {false, true}) {
    const auto again = TrainTrees("forest", parameters, table, {.block_level = 2, .backwards = backwards});
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->model, once->model);
    EXPECT_EQ(again->gain, once->gain);
  }
  const auto other = TrainTrees("forest", {{"trees", 9}, {"seed", 6}}, table);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_NE(other->model, once->model);
}

TEST(Forest, ManyTreesDoBetterThanOneOnNewRows) {
  const Table table = PreparedTable(600, 8, 2, 3);
  const Table unseen = PreparedTable(2000, 8, 2, 4);
  const auto one = TrainTrees("forest", DecisionTree(), table);
  const auto many = TrainTrees("forest", {{"trees", 60}}, table);
  ASSERT_TRUE(one.ok() && many.ok()) << one.status() << many.status();
  EXPECT_EQ(AccuracyOf(*Parse(one->model), table), 1.0);  // grown to the end
  EXPECT_LT(1 - AccuracyOf(*Parse(many->model), unseen), (1 - AccuracyOf(*Parse(one->model), unseen)) / 2);
}

TEST(Forest, GainsAreSharesAndNameTheFeaturesThatMatter) {
  // Feature 0 is the label, the others are noise.
  TableBuilder builder({{{"row", DType::kI64, 1}, {"x", DType::kF32, 3}, {"label", DType::kI64, 1}}});
  const Philox random(7, 0);
  for (int64_t row = 0; row < 200; ++row) {
    const float x[] = {static_cast<float>(row % 2), static_cast<float>(random.Uniform(2 * row)),
                       static_cast<float>(random.Uniform(2 * row + 1))};
    builder.AddI64(row);
    builder.AddF32s(x, 3);
    builder.AddI64(row % 2);
  }
  const auto trained = TrainTrees("forest", DecisionTree(), builder.Take());
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_EQ(trained->gain["features"][0], Json({{"feature", 0}, {"gain", 1.0}}));
  EXPECT_EQ(trained->gain["leaves"], 2);
}

TEST(Forest, DepthAndRowsOfALeafAreKept) {
  const Table table = PreparedTable(300, 5, 2, 2);
  const auto stump = TrainTrees("forest", {{"trees", 3}, {"depth", 1}}, table);
  ASSERT_TRUE(stump.ok()) << stump.status();
  EXPECT_EQ(stump->gain["leaves"], 6);
  const auto large_leaves = TrainTrees("forest", {{"trees", 4}, {"rows_min", 100}}, table);
  ASSERT_TRUE(large_leaves.ok()) << large_leaves.status();
  EXPECT_LE(large_leaves->gain["leaves"].get<int>(), 4 * 3);
}

TEST(Forest, BalancedWeightsFindTheRareClass) {
  // One row in twenty is of class 1, and x tells the classes apart badly.
  TableBuilder builder({{{"row", DType::kI64, 1}, {"x", DType::kF32, 1}, {"label", DType::kI64, 1}}});
  const Philox random(3, 0);
  for (int64_t row = 0; row < 2000; ++row) {
    const bool rare = row % 20 == 0;
    const auto x = static_cast<float>(random.Uniform(row) + (rare ? 0.5 : 0.0));
    builder.AddI64(row);
    builder.AddF32s(&x, 1);
    builder.AddI64(rare ? 1 : 0);
  }
  const Table table = builder.Take();
  Json parameters = DecisionTree();
  parameters["rows_min"] = 400;
  const auto recall = [&](const char* weights) {
    parameters["class_weights"] = weights;
    const auto trained = TrainTrees("forest", parameters, table);
    EXPECT_TRUE(trained.ok()) << trained.status();
    const auto model = Parse(trained->model);
    const Examples examples = ExamplesOf(table);
    int found = 0;
    for (size_t i = 0; i < examples.x.size(); i += 20) found += ScoresOf(*model, examples.x[i])[1] > 0.5F;
    return found;
  };
  EXPECT_EQ(recall("none"), 0);
  EXPECT_GT(recall("balanced"), 50);
}

TEST(Forest, ConstantFeaturesMakeASingleLeaf) {
  TableBuilder builder({{{"row", DType::kI64, 1}, {"x", DType::kF32, 2}, {"label", DType::kI64, 1}}});
  const float x[] = {1.0F, -3.0F};
  for (int64_t row = 0; row < 10; ++row) {
    builder.AddI64(row);
    builder.AddF32s(x, 2);
    builder.AddI64(row < 3 ? 1 : 0);
  }
  const auto trained = TrainTrees("forest", DecisionTree(), builder.Take());
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_FLOAT_EQ(ScoresOf(*Parse(trained->model), {1.0F, -3.0F})[1], 0.3F);
}

TEST(Forest, WhatCannotBeLearntSaysWhy) {
  const Table table = PreparedTable(50, 4, 2, 1);
  const auto message = [](const absl::StatusOr<TrainedTrees>& trained) {
    return std::string(trained.status().message());
  };
  EXPECT_THAT(message(TrainTrees("forest", {{"trees", 0}}, table)), HasSubstr("trees: 0 is not in 1 to 100000"));
  EXPECT_THAT(message(TrainTrees("forest", {{"features", "most"}}, table)), HasSubstr("sqrt, all nor a number"));
  EXPECT_THAT(message(TrainTrees("forest", Json::object(), table, {}, nullptr, 10)), HasSubstr("leave tasks out"));
  EXPECT_THAT(message(TrainTrees("forest", Json::object(), PreparedTable(30, 4, 1, 1))), HasSubstr("only one class"));
  TableBuilder builder({{{"row", DType::kI64, 1}, {"x", DType::kF32, 1}, {"label", DType::kI64, 1}}});
  for (int64_t row = 0; row < 4; ++row) {
    const float x = row == 2 ? std::numeric_limits<float>::infinity() : 1.0F;
    builder.AddI64(row);
    builder.AddF32s(&x, 1);
    builder.AddI64(row % 2);
  }
  EXPECT_THAT(message(TrainTrees("forest", Json::object(), builder.Take())), HasSubstr("row=2: feature 0 is inf"));
}

TEST(Forest, InferScoresItsModelWithoutLibtorch) {
  InProcess process;
  const Table table = PreparedTable(120, 4, 2, 1);
  const std::map<std::string, Output> inputs{{"input", process.MakeTable(table, 50)}};
  const auto trained = process.Run("forest", {{"trees", 5}}, inputs);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto scored =
      process.Run("infer", {{"model", "grow.model"}}, {{"input", inputs.at("input")}, {"model", trained->at("model")}},
                  {}, {"classification_report", R"({"label":"label"})"});
  ASSERT_TRUE(scored.ok()) << scored.status();
  const Json report = Json::parse(process.Content(scored->at("result")));
  EXPECT_GT(report["accuracy"].get<double>(), 0.9);
}

TEST(Forest, AModelOfOtherFeaturesIsRefused) {
  InProcess process;
  const auto trained =
      process.Run("forest", {{"trees", 2}}, {{"input", process.MakeTable(PreparedTable(60, 4, 2, 1), 50)}});
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto scored =
      process.Run("infer", {{"model", "grow.model"}},
                  {{"input", process.MakeTable(PreparedTable(60, 5, 2, 1), 50)}, {"model", trained->at("model")}});
  EXPECT_THAT(std::string(scored.status().message()), HasSubstr("takes one batch of 4 features"));
}

}  // namespace
}  // namespace mote::testing
