// What `classification_report` says of the scores of two classes, as JSON.
#pragma once

#include <optional>
#include <vector>

#include "common/json_fwd.h"
#include "common/reducers/score_curves.h"

namespace mote {

// {roc: {threshold: [null, …], false_positive_rate: […], true_positive_rate: […]}
//                                    null: above every score
//  calibration: {brier, bins: [{rows, mean_score, observed}, … ten]}, or null with
//  calibration_reason: text
//  decision (only with costs): {costs: {false_positive, false_negative}, threshold
//            (null: above every score), false_positives, false_negatives, cost,
//            at_half: {false_positives, false_negatives, cost},
//            at_cost_ratio: the same and its threshold, from which on a probability makes
//            `positive` the cheaper answer; it was chosen on no rows}}
//
// Both sorted, as RocAuc leaves them; neither empty. Equal scores give equal text.
Json ScoreDocument(const std::vector<double>& positives, const std::vector<double>& negatives,
                   const std::optional<ErrorCosts>& costs);

}  // namespace mote
