#include "common/prepare/row_filter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/prepare/cell.h"
#include "common/prepare/scalar_text.h"
#include "common/status_macros.h"

namespace mote {
namespace {

bool Contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

absl::Status ParseBound(const Json& condition, const char* name, const std::string& path,
                        std::optional<double>* bound) {
  if (!condition.contains(name)) return absl::OkStatus();
  if (!condition[name].is_number()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ".", name, ": ", condition[name].dump(), " is not a number"));
  }
  *bound = condition[name].get<double>();
  return absl::OkStatus();
}

absl::StatusOr<CellCondition> ParseCondition(const std::string& column, const Json& json) {
  const std::string path = "where." + column;
  CellCondition condition;
  condition.column = column;
  if (!json.is_object()) {
    MOTE_ASSIGN_OR_RETURN(std::string text, ScalarText(json, path));
    condition.in = {std::move(text)};
    condition.has_in = true;
    return condition;
  }
  MOTE_RETURN_IF_ERROR(ToStatus(CheckKeys(json, {"min", "max", "in", "not_in", "missing"}, path)));
  if (json.empty())
    return absl::InvalidArgumentError(absl::StrCat(path, ": is empty; set min, max, in, not_in or missing"));
  MOTE_RETURN_IF_ERROR(ParseBound(json, "min", path, &condition.min));
  MOTE_RETURN_IF_ERROR(ParseBound(json, "max", path, &condition.max));
  condition.has_in = json.contains("in");
  if (condition.has_in) {
    MOTE_ASSIGN_OR_RETURN(condition.in, TextList(json["in"], path + ".in"));
  }
  if (json.contains("not_in")) {
    MOTE_ASSIGN_OR_RETURN(condition.not_in, TextList(json["not_in"], path + ".not_in"));
  }
  if (!json.contains("missing")) return condition;
  if (!json["missing"].is_boolean()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ".missing: ", json["missing"].dump(), " is not true or false"));
  }
  condition.missing = json["missing"].get<bool>();
  return condition;
}

}  // namespace

bool CellCondition::Holds(std::string_view cell, const std::vector<std::string>& missing_texts) const {
  const bool is_missing = Contains(missing_texts, cell);
  if (missing && *missing != is_missing) return false;
  if (has_in && !Contains(in, cell)) return false;
  if (Contains(not_in, cell)) return false;
  if (!min && !max) return true;
  const std::optional<double> number = is_missing ? std::nullopt : ParseNumber(cell);
  return number && (!min || *number >= *min) && (!max || *number <= *max);
}

absl::StatusOr<std::vector<CellCondition>> ParseConditions(const Json& where) {
  if (!where.is_object() || where.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("where: ", where.dump(), " is not a map of columns to conditions, such as {age: {min: 18}}"));
  }
  std::vector<CellCondition> conditions;
  for (const auto& [column, condition] : where.items()) {
    MOTE_ASSIGN_OR_RETURN(CellCondition parsed, ParseCondition(column, condition));
    conditions.push_back(std::move(parsed));
  }
  return conditions;
}

}  // namespace mote
