#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "tests/trees/trained_trees.h"
#include "worker/engine/trees/boost_units.h"
#include "worker/engine/trees/loss.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

constexpr double kGradientUnit = 1.0 / engine::kGradientUnits;
constexpr double kCurvatureUnit = 0.25 / engine::kCurvatureUnits;

struct Sum {
  int64_t gradient = 0;
  int64_t curvature = 0;
};

// Boosting for two classes from the definition: no histograms, no subtraction, no
// passes; every split is tried by adding up rows.
class PlainBoost {
 public:
  PlainBoost(const Examples& examples, const BinEdges& edges, double base) : labels_(examples.labels) {
    for (const std::vector<float>& x : examples.x) {
      bins_.emplace_back();
      for (size_t i = 0; i < x.size(); ++i) bins_.back().push_back(BinEdges::Bin(edges.features[i], x[i]));
    }
    raw_.assign(bins_.size(), base);
  }

  void Round(int64_t depth, double rows_min, double l2, double learning_rate) {
    rows_min_ = rows_min;
    l2_ = l2;
    learning_rate_ = learning_rate;
    packed_.clear();
    for (size_t row = 0; row < raw_.size(); ++row) {
      packed_.push_back(engine::DerivativeUnits(kGradientUnit, kCurvatureUnit)
                            .Pack(engine::Derive(&raw_[row], 2, static_cast<double>(labels_[row]), 0)));
    }
    std::vector<size_t> rows(raw_.size());
    std::iota(rows.begin(), rows.end(), size_t{0});
    all_ = SumOf(rows);
    Grow(rows, depth);
  }

  const std::vector<double>& raw() const { return raw_; }

 private:
  Sum SumOf(const std::vector<size_t>& rows) const {
    Sum sum;
    for (const size_t row : rows) {
      const auto curvature = static_cast<int64_t>(packed_[row] & 0xFFFFFFFF);
      sum.curvature += curvature;
      sum.gradient += static_cast<int64_t>(packed_[row] - static_cast<uint64_t>(curvature)) >> 32;
    }
    return sum;
  }

  double Score(const Sum& sum) const {
    const double gradient = static_cast<double>(sum.gradient) * kGradientUnit;
    return gradient * gradient / (static_cast<double>(sum.curvature) * kCurvatureUnit + l2_);
  }

  bool Enough(const Sum& sum) const {
    return static_cast<double>(sum.curvature) / static_cast<double>(all_.curvature) *
               static_cast<double>(raw_.size()) >=
           rows_min_;
  }

  void Grow(const std::vector<size_t>& rows, int64_t depth) {
    const Sum sum = SumOf(rows);
    double best = 0;
    std::vector<size_t> best_left;
    std::vector<size_t> best_right;
    for (size_t feature = 0; depth > 0 && feature < bins_[0].size(); ++feature) {
      for (int bin = 0; bin < 255; ++bin) {
        std::vector<size_t> left;
        std::vector<size_t> right;
        for (const size_t row : rows) (bins_[row][feature] <= bin ? left : right).push_back(row);
        if (left.empty() || right.empty()) continue;
        const Sum l = SumOf(left);
        const Sum r = SumOf(right);
        const double gain = 0.5 * (Score(l) + Score(r) - Score(sum));
        if (!Enough(l) || !Enough(r) || gain <= best) continue;
        best = gain;
        best_left = left;
        best_right = right;
      }
    }
    if (!best_left.empty()) {
      Grow(best_left, depth - 1);
      Grow(best_right, depth - 1);
      return;
    }
    const double value = -learning_rate_ * (static_cast<double>(sum.gradient) * kGradientUnit) /
                         (static_cast<double>(sum.curvature) * kCurvatureUnit + l2_);
    for (const size_t row : rows) raw_[row] += static_cast<double>(static_cast<float>(value));
  }

  std::vector<std::vector<uint8_t>> bins_;
  const std::vector<int64_t> labels_;
  std::vector<double> raw_;
  std::vector<uint64_t> packed_;
  Sum all_;
  double rows_min_ = 1;
  double l2_ = 1;
  double learning_rate_ = 0.1;
};

TEST(Boost, EqualsThePlainAlgorithmBitForBit) {
  const Table table = PreparedTable(150, 4, 2, 8);
  const auto trained = TrainTrees("boost", {{"rounds", 6}, {"depth", 3}, {"rows_min", 5}, {"bins", 12}}, table,
                                  {.block_level = 1}, nullptr, 17);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto model = Parse(trained->model);
  const Examples examples = ExamplesOf(table);
  PlainBoost plain(examples, model->edges(), model->head().base[0]);
  for (int round = 0; round < 6; ++round) plain.Round(3, 5, 1.0, 0.1);
  for (size_t row = 0; row < examples.x.size(); ++row) {
    EXPECT_EQ(ScoresOf(*model, examples.x[row])[1], static_cast<float>(engine::Sigmoid(plain.raw()[row]))) << row;
  }
}

TEST(Boost, BitsDoNotDependOnBlocksNorOnHowRowsAreCut) {
  const Table table = PreparedTable(300, 6, 3, 1);
  const Table dev = PreparedTable(80, 6, 3, 2);
  const Json parameters{{"rounds", 5}, {"depth", 4}, {"rows_min", 3}};
  const auto once = TrainTrees("boost", parameters, table, {}, &dev, 64);
  ASSERT_TRUE(once.ok()) << once.status();
  for (const bool backwards : {false, true}) {
    const auto again = TrainTrees("boost", parameters, table, {.block_level = 2, .backwards = backwards}, &dev, 64);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->model, once->model);
    EXPECT_EQ(again->history, once->history);
  }
  // Sums of whole numbers are exact, so not even the shape of tasks counts for the trees.
  const auto cut = TrainTrees("boost", parameters, table, {}, &dev, 19);
  ASSERT_TRUE(cut.ok()) << cut.status();
  EXPECT_EQ(cut->model, once->model);
}

TEST(Boost, LearnsTwoAndMoreClasses) {
  for (const int64_t classes : {2, 4}) {
    const auto trained = TrainTrees("boost", {{"rounds", 40}, {"depth", 3}}, PreparedTable(800, 8, classes, 3));
    ASSERT_TRUE(trained.ok()) << trained.status();
    const auto model = Parse(trained->model);
    EXPECT_EQ(static_cast<int64_t>(model->trees().size()), 40 * (classes > 2 ? classes : 1));
    EXPECT_GT(AccuracyOf(*model, PreparedTable(1000, 8, classes, 4)), classes == 2 ? 0.9 : 0.75);
  }
}

TEST(Boost, ValidationStopsItEarlyAndKeepsTheBestRound) {
  const Table table = PreparedTable(60, 4, 2, 5);
  const Table dev = PreparedTable(200, 4, 2, 6);
  const Json parameters{
      {"rounds", 300}, {"learning_rate", 0.5}, {"rows_min", 1}, {"patience", 5}, {"validate", "clean.dev"}};
  const auto trained = TrainTrees("boost", parameters, table, {}, &dev);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const Json& history = trained->history;
  const auto losses = history["rounds"];
  ASSERT_LT(losses.size(), 300U);
  size_t best = 0;
  for (size_t i = 0; i < losses.size(); ++i) {
    if (losses[i]["validation_loss"] < losses[best]["validation_loss"]) best = i;
  }
  EXPECT_EQ(losses.size(), best + 6);
  EXPECT_EQ(history["best_round"], best + 1);
  EXPECT_EQ(Parse(trained->model)->trees().size(), best + 1);
  // The loss is that of the model on the validation rows.
  double loss = 0;
  const Examples examples = ExamplesOf(dev);
  for (size_t i = 0; i < examples.x.size(); ++i) {
    loss -= std::log(ScoresOf(*Parse(trained->model), examples.x[i])[static_cast<size_t>(examples.labels[i])]);
  }
  EXPECT_NEAR(losses[best]["validation_loss"].get<double>(), loss / 200, 1e-5);
}

TEST(Boost, SquaredLossFitsNumbers) {
  // The label is three times the first feature's step, plus 7.
  TableBuilder builder({{{"row", DType::kI64, 1}, {"x", DType::kF32, 2}, {"label", DType::kI64, 1}}});
  const Philox random(9, 0);
  for (int64_t row = 0; row < 200; ++row) {
    const float x[] = {static_cast<float>(random.Uniform(2 * row) * 10),
                       static_cast<float>(random.Uniform(2 * row + 1))};
    builder.AddI64(row);
    builder.AddF32s(x, 2);
    builder.AddI64(3 * static_cast<int64_t>(x[0]) + 7);
  }
  const Table table = builder.Take();
  const auto trained =
      TrainTrees("boost", {{"loss", "squared"}, {"rounds", 80}, {"rows_min", 2}, {"l2", 0}, {"validate", "clean.dev"}},
                 table, {}, &table);
  ASSERT_TRUE(trained.ok()) << trained.status();
  const auto model = Parse(trained->model);
  EXPECT_EQ(model->score_width(), 1);
  const Examples examples = ExamplesOf(table);
  for (size_t i = 0; i < examples.x.size(); ++i) {
    EXPECT_NEAR(ScoresOf(*model, examples.x[i])[0], static_cast<double>(examples.labels[i]), 0.5);
  }
  EXPECT_LT(trained->history["rounds"].back()["validation_loss"].get<double>(), 0.05);
  EXPECT_EQ(trained->gain["features"][0]["feature"], 0);
}

TEST(Boost, TreesWithoutSplitsEndIt) {
  const auto trained = TrainTrees("boost", {{"rounds", 50}, {"rows_min", 1000}}, PreparedTable(100, 3, 2, 1));
  ASSERT_TRUE(trained.ok()) << trained.status();
  EXPECT_EQ(trained->history["rounds_run"], 1);
}

TEST(Boost, WhatCannotBeLearntSaysWhy) {
  const Table table = PreparedTable(50, 4, 2, 1);
  const auto message = [](const absl::StatusOr<TrainedTrees>& trained) {
    return std::string(trained.status().message());
  };
  EXPECT_THAT(message(TrainTrees("boost", {{"loss", "logistc"}}, table)), HasSubstr("did you mean"));
  EXPECT_THAT(message(TrainTrees("boost", {{"depth", 13}}, table)), HasSubstr("depth: 13 is not in 1 to 12"));
  EXPECT_THAT(message(TrainTrees("boost", {{"patience", 3}}, table)), HasSubstr("set validate"));
  EXPECT_THAT(message(TrainTrees("boost", Json::object(), PreparedTable(30, 4, 1, 1))), HasSubstr("only one class"));
  const Table other = PreparedTable(50, 5, 2, 1);
  EXPECT_THAT(message(TrainTrees("boost", {{"validate", "clean.dev"}}, table, {}, &other)), HasSubstr("5 features"));
}

TEST(Boost, PlacesOfClassesAreNoNumbersToLearn) {
  Table table = PreparedTable(90, 4, 3, 1);
  table.schema.columns[2].classes = {"10", "20", "5"};
  EXPECT_THAT(
      std::string(TrainTrees("boost", {{"loss", "squared"}}, table).status().message()),
      ::testing::HasSubstr("loss: squared takes the label as a number, and here it is the place of one of 3 classes"));
}

}  // namespace
}  // namespace mote::testing
