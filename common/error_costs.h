// What wrong answers of a model with two classes cost, and what follows for its decisions.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"

namespace mote {

// What a wrong answer costs, in any unit; finite, not negative, not both 0.
struct ErrorCosts {
  double false_positive = 1;
  double false_negative = 1;

  // {false_positive: 1, false_negative: 5}; one that is left out is 1.
  //
  // InvalidArgument: names what is wrong: "costs.false_positive: -1; …"
  static absl::StatusOr<ErrorCosts> FromJson(const Json& json);

  // From which probability on it is cheaper to call a row positive. A probability p of
  // the positive class costs p·false_negative when called negative and
  // (1 − p)·false_positive when called positive: equal here (Elkan, "The foundations of
  // cost-sensitive learning", IJCAI 2001).
  double Threshold() const { return false_positive / (false_positive + false_negative); }
};

}  // namespace mote
