#include "common/reducers/score_document.h"

#include <cmath>

#include "common/json.h"

namespace mote {
namespace {

Json Finite(double threshold) { return std::isfinite(threshold) ? Json(threshold) : Json(nullptr); }

Json RocJson(const std::vector<RocPoint>& points) {
  Json threshold = Json::array(), false_positive = Json::array(), true_positive = Json::array();
  for (const RocPoint& point : points) {
    threshold.push_back(Finite(point.threshold));
    false_positive.push_back(point.false_positive_rate);
    true_positive.push_back(point.true_positive_rate);
  }
  return {{"threshold", threshold}, {"false_positive_rate", false_positive}, {"true_positive_rate", true_positive}};
}

Json CalibrationJson(const Calibration& calibration) {
  Json bins = Json::array();
  for (const CalibrationBin& bin : calibration.bins) {
    bins.push_back({{"rows", bin.rows}, {"mean_score", bin.mean_score}, {"observed", bin.observed}});
  }
  return {{"brier", calibration.brier}, {"bins", bins}};
}

Json OutcomeJson(const Decision& decision) {
  return {{"false_positives", decision.false_positives},
          {"false_negatives", decision.false_negatives},
          {"cost", decision.cost}};
}

Json DecisionJson(const std::vector<double>& positives, const std::vector<double>& negatives, const ErrorCosts& costs) {
  const Decision cheapest = CheapestDecision(positives, negatives, costs);
  Json json = OutcomeJson(cheapest);
  json["threshold"] = Finite(cheapest.threshold);
  json["costs"] = {{"false_positive", costs.false_positive}, {"false_negative", costs.false_negative}};
  const double ratio = costs.Threshold();
  json["at_cost_ratio"] = OutcomeJson(DecisionAt(ratio, positives, negatives, costs));
  json["at_cost_ratio"]["threshold"] = ratio;
  json["at_half"] = OutcomeJson(DecisionAt(0.5, positives, negatives, costs));
  return json;
}

}  // namespace

Json ScoreDocument(const std::vector<double>& positives, const std::vector<double>& negatives,
                   const std::optional<ErrorCosts>& costs) {
  Json document{{"roc", RocJson(RocCurve(positives, negatives))}};
  if (const std::optional<Calibration> calibration = CalibrationOf(positives, negatives)) {
    document["calibration"] = CalibrationJson(*calibration);
  } else {
    document["calibration"] = nullptr;
    document["calibration_reason"] = "the scores are no probabilities (between 0 and 1)";
  }
  if (costs) document["decision"] = DecisionJson(positives, negatives, *costs);
  return document;
}

}  // namespace mote
