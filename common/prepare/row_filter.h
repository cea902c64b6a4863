// Conditions on the cells of a row.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/schema.h"

namespace mote {

// What one column's cell must be: every part that is set.
struct CellCondition {
  std::string column;
  std::optional<double> min, max;       // a number in [min, max]
  std::vector<std::string> in, not_in;  // one of these texts; none of these
  std::optional<bool> missing;          // a text for missing, or not
  bool has_in = false;

  // `cell` is trimmed. A missing cell, or one that is no number, is in no range.
  bool Holds(std::string_view cell, const std::vector<std::string>& missing_texts) const;
};

// All of them must hold. {age: {min: 18}, job: {in: [a, b]}, city: Berlin}: a scalar
// stands for {in: [scalar]}.
//
// InvalidArgument: no map of columns to conditions; names the part that is wrong.
absl::StatusOr<std::vector<CellCondition>> ParseConditions(const Json& where);

}  // namespace mote
