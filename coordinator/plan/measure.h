// The number that a classification report is compared by.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/json.h"

namespace mote::coordinator {

// By its name: a key of the report ("accuracy", "roc_auc"), or one of its averages
// ("f1_macro"). `parameter` names in messages what asked for it: "select.by".
//
// InvalidArgument: the report has no such number; lists those there are.
absl::StatusOr<double> MeasureOf(const Json& report, const std::string& metric, std::string_view parameter);

// Whether less of it is better.
bool IsLoss(std::string_view metric);

}  // namespace mote::coordinator
