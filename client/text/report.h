// Documents as people read them.
#pragma once

#include <optional>
#include <string>

#include "common/json_fwd.h"

namespace mote::client {

// The table of precision, recall, F1 and support per class with its averages, the
// confusion matrix and the area under the ROC curve. nullopt: not a classification
// report (common/reducers/report_document.h).
std::optional<std::string> ClassificationReportText(const Json& document);

// Rows read, kept and dropped with reasons, and what was done to each column.
// nullopt: not a quality report of `prepare` (common/prepare/quality.h).
std::optional<std::string> QualityText(const Json& document);

// What each feature is worth to a model. nullopt: not a document of `importance`
// (coordinator/plan/importance_planner.h).
std::optional<std::string> ImportanceText(const Json& document);

// A model's mean scores by each feature's values. nullopt: not a document of `dependence`
// (coordinator/plan/dependence_planner.h).
std::optional<std::string> DependenceText(const Json& document);

// The weights of an ensemble's models. nullopt: not a document of `ensemble`
// (coordinator/plan/ensemble_planner.h).
std::optional<std::string> EnsembleText(const Json& document);

// One of the above; nullopt for any other document.
std::optional<std::string> ReportText(const Json& document);

}  // namespace mote::client
