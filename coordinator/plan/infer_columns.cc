#include "coordinator/plan/infer_columns.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "common/suggest.h"

namespace mote::coordinator {
namespace {

// A table of thousands of columns is not listed whole.
constexpr size_t kShownMax = 300;

bool IsName(const Json& json) { return json.is_string() && !json.get<std::string>().empty(); }

bool IsNameList(const Json& json) {
  return json.is_array() && !json.empty() && std::all_of(json.begin(), json.end(), IsName);
}

std::string Columns(const Schema& schema) {
  std::string text = schema.ToString();
  if (text.size() > kShownMax) text = absl::StrCat(text.substr(0, kShownMax), " …");
  return text;
}

// The columns that `pattern` stands for.
absl::StatusOr<std::vector<std::string>> Match(const std::string& pattern, const Schema& schema, const char* what) {
  std::vector<std::string> found;
  std::vector<std::string> known;
  const bool prefix = pattern.back() == '*';
  const std::string start = prefix ? pattern.substr(0, pattern.size() - 1) : pattern;
  for (const Column& column : schema.columns) {
    known.push_back(column.name);
    if (prefix ? column.name.compare(0, start.size(), start) == 0 : column.name == pattern)
      found.push_back(column.name);
  }
  if (!found.empty()) return found;
  return absl::InvalidArgumentError(absl::StrCat(what, ": no column is called \"", pattern, "\"",
                                                 DidYouMean(pattern, known), "; the input has ", Columns(schema)));
}

absl::StatusOr<std::vector<std::string>> MatchAll(const Json& patterns, const Schema& schema, const char* what) {
  std::vector<std::string> names;
  for (const Json& pattern : patterns) {
    MOTE_ASSIGN_OR_RETURN(const std::vector<std::string> matched, Match(pattern.get<std::string>(), schema, what));
    for (const std::string& name : matched) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

absl::StatusOr<std::vector<std::vector<std::string>>> Inputs(const Json& parameters, const Schema& schema) {
  Json patterns = Json::array({"x"});
  if (parameters.contains("inputs") && !parameters["inputs"].is_null()) patterns = parameters["inputs"];
  if (!patterns[0].is_array()) patterns = Json::array({patterns});
  std::vector<std::vector<std::string>> inputs;
  for (const Json& group : patterns) {
    MOTE_ASSIGN_OR_RETURN(std::vector<std::string> names, MatchAll(group, schema, "inputs"));
    inputs.push_back(std::move(names));
  }
  return inputs;
}

std::vector<std::string> AllBut(const std::vector<std::vector<std::string>>& inputs, const Schema& schema) {
  std::set<std::string> read;
  for (const auto& group : inputs) read.insert(group.begin(), group.end());
  std::vector<std::string> rest;
  for (const Column& column : schema.columns) {
    if (!read.contains(column.name)) rest.push_back(column.name);
  }
  return rest;
}

}  // namespace

absl::Status CheckInferColumns(const Json& parameters) {
  const auto wrong = [&](const char* name, const char* rule) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": ", parameters[name].dump(), " is not ", rule));
  };
  const auto given = [&](const char* name) { return parameters.contains(name) && !parameters[name].is_null(); };
  if (given("inputs")) {
    const Json& inputs = parameters["inputs"];
    const bool groups = inputs.is_array() && !inputs.empty() && std::all_of(inputs.begin(), inputs.end(), IsNameList);
    if (!groups && !IsNameList(inputs)) return wrong("inputs", "a list of columns, such as [x] or [\"p*\"]");
  }
  if (given("outputs") && !IsNameList(parameters["outputs"])) return wrong("outputs", "a list of names");
  if (given("keep") && !parameters["keep"].empty() && !IsNameList(parameters["keep"])) {
    return wrong("keep", "a list of columns");
  }
  return absl::OkStatus();
}

absl::StatusOr<InferColumns> ResolveInferColumns(const Json& parameters, const Schema& schema) {
  InferColumns columns;
  MOTE_ASSIGN_OR_RETURN(columns.inputs, Inputs(parameters, schema));
  columns.outputs = {"scores"};
  if (parameters.contains("outputs") && !parameters["outputs"].is_null()) {
    columns.outputs = parameters["outputs"].get<std::vector<std::string>>();
  }
  if (parameters.contains("keep") && !parameters["keep"].is_null()) {
    MOTE_ASSIGN_OR_RETURN(columns.keep, MatchAll(parameters["keep"], schema, "keep"));
  } else {
    columns.keep = AllBut(columns.inputs, schema);
  }
  std::set<std::string> names = {"prediction"};
  for (const auto* list : {&columns.keep, &columns.outputs}) {
    for (const std::string& name : *list) {
      if (names.insert(name).second) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          list == &columns.keep ? "keep" : "outputs", ": the result would have two columns \"", name,
          "\" (kept columns, prediction, outputs); set keep to the columns you need, or name the output otherwise"));
    }
  }
  return columns;
}

}  // namespace mote::coordinator
