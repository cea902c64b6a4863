// Documents as people read them.
#pragma once

#include <optional>
#include <string>

#include "common/json_fwd.h"

namespace mote::client {

// Of a classification report: precision, recall, F1 and support per class with its averages,
// the confusion matrix, the area under the ROC curve. Of a quality report: rows read, kept and
// dropped with reasons, and what was done to each column. Of importance what each feature is
// worth to a model, of dependence its mean scores by each feature's values, of an ensemble its
// models' weights. nullopt: any other document.
std::optional<std::string> ReportText(const Json& document);

}  // namespace mote::client
