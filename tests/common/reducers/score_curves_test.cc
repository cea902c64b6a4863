#include "common/reducers/score_curves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/reducers/roc_auc.h"

namespace mote {
namespace {

using Scores = std::vector<double>;

// The area under a curve by the trapezoidal rule.
double Area(const std::vector<RocPoint>& curve) {
  double area = 0;
  for (size_t i = 1; i < curve.size(); ++i) {
    area += (curve[i].false_positive_rate - curve[i - 1].false_positive_rate) *
            (curve[i].true_positive_rate + curve[i - 1].true_positive_rate) / 2;
  }
  return area;
}

// Sorted scores of a class whose scores lean to 1 the more, the larger `lean` is.
Scores Draw(size_t rows, uint64_t seed, double lean) {
  Scores scores;
  for (uint64_t row = 0; row < rows; ++row) {
    const uint64_t bits = (seed + row) * 0x9E3779B97F4A7C15u;
    scores.push_back(std::pow(static_cast<double>((bits ^ (bits >> 29)) % 1000) / 1000, 1 / lean));
  }
  std::sort(scores.begin(), scores.end());
  return scores;
}

TEST(RocCurve, GoesFromNothingToEverythingThroughEachThreshold) {
  const std::vector<RocPoint> curve = RocCurve({0.25, 0.75}, {0.25, 0.5});
  ASSERT_EQ(curve.size(), 4u);
  EXPECT_EQ(curve[0].threshold, std::numeric_limits<double>::infinity());
  EXPECT_EQ(curve[1].threshold, 0.75);
  EXPECT_EQ(curve[1].true_positive_rate, 0.5);
  EXPECT_EQ(curve[1].false_positive_rate, 0.0);
  EXPECT_EQ(curve[2].false_positive_rate, 0.5);
  EXPECT_EQ(curve[3].false_positive_rate, 1.0);
  EXPECT_EQ(curve[3].true_positive_rate, 1.0);
}

TEST(RocCurve, HasTheExactAreaAlsoWhenItIsThinnedOut) {
  Scores positives = Draw(40'000, 1, 2), negatives = Draw(60'000, 7, 0.7);
  const std::vector<RocPoint> curve = RocCurve(positives, negatives);
  EXPECT_LE(curve.size(), 202u);
  EXPECT_GE(curve.size(), 100u);
  EXPECT_EQ(curve.back().true_positive_rate, 1.0);
  EXPECT_NEAR(Area(curve), *RocAuc(positives, negatives), 1e-3);
}

TEST(Calibration, TellsWhatWasPredictedAndWhatHappenedInEachTenth) {
  const auto calibration = CalibrationOf({0.125, 1}, {0.125, 0.1875, 0.0});
  ASSERT_TRUE(calibration.has_value());
  EXPECT_EQ(calibration->bins.size(), 10u);
  EXPECT_EQ(calibration->bins[1].rows, 3);
  EXPECT_DOUBLE_EQ(calibration->bins[1].observed, 1.0 / 3);
  EXPECT_DOUBLE_EQ(calibration->bins[1].mean_score, (0.125 + 0.125 + 0.1875) / 3);
  EXPECT_EQ(calibration->bins[9].rows, 1);
  EXPECT_DOUBLE_EQ(calibration->brier, (0.875 * 0.875 + 0.125 * 0.125 + 0.1875 * 0.1875) / 5);
}

TEST(Calibration, ScoresThatAreNoProbabilitiesHaveNone) {
  EXPECT_FALSE(CalibrationOf({0.5, 1.5}, {0.25}).has_value());
  EXPECT_FALSE(CalibrationOf({0.5}, {-0.25}).has_value());
  EXPECT_FALSE(CalibrationOf({}, {}).has_value());
}

TEST(Decision, CountsWhatIsWrongAtAThreshold) {
  const Decision at_half = DecisionAt(0.5, {0.25, 0.5, 0.75}, {0.25, 0.5}, {2, 10});
  EXPECT_EQ(at_half.false_positives, 1);
  EXPECT_EQ(at_half.false_negatives, 1);
  EXPECT_EQ(at_half.cost, 12);
}

TEST(Decision, TheThresholdMovesWithWhatErrorsCost) {
  const Scores positives = {0.25, 0.75}, negatives = {0.125, 0.5, 0.5};
  EXPECT_EQ(CheapestDecision(positives, negatives, {1, 1}).threshold, 0.75);
  EXPECT_EQ(CheapestDecision(positives, negatives, {1, 5}).threshold, 0.25);
  EXPECT_EQ(CheapestDecision(positives, negatives, {1, 5}).cost, 2);
}

TEST(Decision, NothingIsPositiveWhereEveryThresholdCostsMore) {
  const Decision cheapest = CheapestDecision({0.25}, {0.5, 0.75}, {1, 1});
  EXPECT_EQ(cheapest.threshold, std::numeric_limits<double>::infinity());
  EXPECT_EQ(cheapest.cost, 1);
}

TEST(Decision, NoThresholdIsCheaperThanTheCheapest) {
  const Scores positives = Draw(300, 3, 1.5), negatives = Draw(500, 5, 0.8);
  const ErrorCosts costs{1, 4};
  const Decision cheapest = CheapestDecision(positives, negatives, costs);
  for (int i = 0; i <= 1000; ++i) {
    EXPECT_GE(DecisionAt(i / 1000.0, positives, negatives, costs).cost, cheapest.cost);
  }
  EXPECT_EQ(DecisionAt(cheapest.threshold, positives, negatives, costs).cost, cheapest.cost);
}

}  // namespace
}  // namespace mote
