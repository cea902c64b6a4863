// What the scores of two classes say besides their order: the ROC curve, how well
// they are calibrated, and which threshold costs least.
//
// All functions take scores that RocAuc (roc_auc.h) has sorted, and depend on the
// scores alone, not on the order in which they came. A row counts as positive from
// `threshold` on: score >= threshold.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/error_costs.h"

namespace mote {

struct RocPoint {
  double threshold = 0;  // the greatest of all is +inf: nothing is positive
  double false_positive_rate = 0;
  double true_positive_rate = 0;
};

// From (0, 0) to (1, 1), thresholds falling; at most 202 points: where scores are
// many, those are left out that lie within 1/100 (of both rates together) of the
// point before. Neither may be empty.
std::vector<RocPoint> RocCurve(const std::vector<double>& positives, const std::vector<double>& negatives);

// Rows whose score lies in one tenth of [0, 1].
struct CalibrationBin {
  int64_t rows = 0;       // 0: the others mean nothing
  double mean_score = 0;  // what was predicted
  double observed = 0;    // which fraction was positive
};

struct Calibration {
  std::vector<CalibrationBin> bins;  // ten; the last includes 1
  // Mean of (score − label)². Brier, "Verification of forecasts expressed in terms
  // of probability", Monthly Weather Review 78 (1950), for one of two classes.
  double brier = 0;
};

// nullopt: a score is no probability, or there are none.
std::optional<Calibration> CalibrationOf(const std::vector<double>& positives, const std::vector<double>& negatives);

struct Decision {
  double threshold = 0;  // +inf: to call nothing positive costs least
  int64_t false_positives = 0;
  int64_t false_negatives = 0;
  double cost = 0;  // of all rows
};

Decision DecisionAt(double threshold, const std::vector<double>& positives, const std::vector<double>& negatives,
                    const ErrorCosts& costs);

// The threshold of least cost among the scores and +inf; of equals the greatest.
Decision CheapestDecision(const std::vector<double>& positives, const std::vector<double>& negatives,
                          const ErrorCosts& costs);

}  // namespace mote
