#include "common/prepare/join_columns.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/prepare/find_columns.h"
#include "common/prepare/invalid.h"
#include "common/prepare/scalar_text.h"
#include "common/status_macros.h"

namespace mote {
namespace {

absl::Status ParseKeys(const Json& on, JoinOptions* options) {
  if (on.is_object()) {
    for (const auto& [left, right] : on.items()) {
      options->left_keys.push_back(left);
      MOTE_ASSIGN_OR_RETURN(std::string name, ScalarText(right, "on." + left));
      options->right_keys.push_back(std::move(name));
    }
  } else if (on.is_array()) {
    MOTE_ASSIGN_OR_RETURN(options->left_keys, TextList(on, "on"));
    options->right_keys = options->left_keys;
  } else {
    MOTE_ASSIGN_OR_RETURN(std::string name, ScalarText(on, "on"));
    options->left_keys = options->right_keys = {std::move(name)};
  }
  if (!options->left_keys.empty()) return absl::OkStatus();
  return Invalid("on: names no column; set one, a list, or {column of input: column of with}");
}

absl::Status CheckKeyWidths(const Schema& schema, const std::vector<size_t>& keys, const char* table) {
  for (const size_t key : keys) {
    const Column& column = schema.columns[key];
    if (column.width == 1) continue;
    return Invalid(absl::StrCat("on: column \"", column.name, "\" of ", table, " holds ", column.width,
                                " numbers a row; a key has one value"));
  }
  return absl::OkStatus();
}

absl::Status CheckHasMissing(const Column& column) {
  if (column.dtype != DType::kU8 && column.dtype != DType::kI64) return absl::OkStatus();
  return Invalid(absl::StrCat("how: left has rows without a match, and column \"", column.name,
                              "\" of `with` holds whole numbers, of which none stands for missing; use how: inner"));
}

}  // namespace

absl::StatusOr<JoinOptions> JoinOptions::Parse(const Json& parameters) {
  const Params params(parameters);
  JoinOptions options;
  MOTE_RETURN_IF_ERROR(ParseKeys(*params.Find("on"), &options));
  const std::string how = params.Text("how");
  options.keeps_unmatched = how == "left";
  if (how != "left" && how != "inner") return Invalid(absl::StrCat("how: \"", how, "\" is neither inner nor left"));
  options.matches_max = params.Integer("matches_max");
  if (options.matches_max < 1 || options.matches_max > kJoinMatchesMax) {
    return Invalid(absl::StrCat("matches_max: ", options.matches_max, " is not in 1 to ", kJoinMatchesMax));
  }
  options.suffix = params.Text("suffix");
  MOTE_ASSIGN_OR_RETURN(options.missing, TextList(*params.Find("missing"), "missing"));
  return options;
}

absl::StatusOr<JoinColumns> JoinColumns::Match(const Schema& left, const Schema& right, const JoinOptions& options) {
  JoinColumns columns;
  MOTE_ASSIGN_OR_RETURN(columns.left_keys, FindColumns(left, options.left_keys, "on", "the input"));
  MOTE_ASSIGN_OR_RETURN(columns.right_keys, FindColumns(right, options.right_keys, "on", "the table `with`"));
  MOTE_RETURN_IF_ERROR(CheckKeyWidths(left, columns.left_keys, "the input"));
  MOTE_RETURN_IF_ERROR(CheckKeyWidths(right, columns.right_keys, "`with`"));
  columns.schema = left;
  for (size_t i = 0; i < right.columns.size(); ++i) {
    const auto is_key = std::find(columns.right_keys.begin(), columns.right_keys.end(), i);
    if (is_key != columns.right_keys.end()) continue;
    Column column = right.columns[i];
    if (options.keeps_unmatched) MOTE_RETURN_IF_ERROR(CheckHasMissing(column));
    const std::string name = column.name;
    if (columns.schema.Find(column.name)) column.name += options.suffix;
    if (columns.schema.Find(column.name)) {
      return Invalid(absl::StrCat("with: both sides have a column \"", name, "\"",
                                  options.suffix.empty() ? "" : absl::StrCat(" and one of them \"", column.name, "\""),
                                  "; set another suffix, such as suffix: _with, for those of `with`"));
    }
    columns.taken.push_back(i);
    columns.schema.columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace mote
