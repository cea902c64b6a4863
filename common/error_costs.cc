#include "common/error_costs.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/status_macros.h"

namespace mote {
namespace {

absl::StatusOr<double> CostOf(const Json& costs, const char* name) {
  const auto cost = costs.find(name);
  if (cost == costs.end()) return 1;
  const double value = cost->is_number() ? cost->get<double>() : -1;
  if (std::isfinite(value) && value >= 0) return value;
  return absl::InvalidArgumentError(
      absl::StrCat("costs.", name, ": ", cost->dump(), "; it is a finite number, 0 or more"));
}

}  // namespace

absl::StatusOr<ErrorCosts> ErrorCosts::FromJson(const Json& json) {
  MOTE_RETURN_IF_ERROR(ToStatus(CheckKeys(json, {"false_positive", "false_negative"}, "costs")));
  ErrorCosts costs;
  MOTE_ASSIGN_OR_RETURN(costs.false_positive, CostOf(json, "false_positive"));
  MOTE_ASSIGN_OR_RETURN(costs.false_negative, CostOf(json, "false_negative"));
  if (costs.false_positive > 0 || costs.false_negative > 0) return costs;
  return absl::InvalidArgumentError("costs: both are 0; a wrong answer of one kind at least has to cost something");
}

}  // namespace mote
