#include "coordinator/plan/class_totals.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {
namespace {

constexpr int64_t kCountRows = 16384;

int64_t ClassesWithRows(const std::vector<int64_t>& totals) {
  return std::count_if(totals.begin(), totals.end(), [](int64_t rows) { return rows > 0; });
}

}  // namespace

absl::StatusOr<PassSpec> CountClassesPass(const Output& table, std::string_view label) {
  MOTE_ASSIGN_OR_RETURN(const RowCut cut, CutRows(TaskShape{}, table, kCountRows));
  PassSpec pass;
  pass.kernel = "rows";
  pass.parameters = Json{{"rows_per_task", cut.rows_per_task}}.dump();
  pass.task_count = cut.task_count;
  pass.reducer = "class_counts";
  pass.reducer_parameters = Json{{"label", std::string(label)}}.dump();
  pass.inputs.emplace("input", table.content);
  pass.label = "counting classes";
  return pass;
}

absl::StatusOr<std::vector<int64_t>> ClassTotals(const CompletedPass& done) {
  MOTE_ASSIGN_OR_RETURN(const Json document, ParseJson(done.output.content.bytes));
  std::vector<int64_t> totals;
  try {
    for (const Json& entry : document.at("classes")) {
      const auto label = entry.at(0).get<size_t>();
      totals.resize(std::max(totals.size(), label + 1));
      totals[label] = entry.at(1).get<int64_t>();
    }
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("not counts of classes: ", error.what()));
  }
  return totals;
}

absl::Status CheckClassTotals(const std::vector<int64_t>& totals, int64_t rows) {
  const int64_t classes = ClassesWithRows(totals);
  if (classes >= 2) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("input: column label has ", classes == 0 ? "no" : "only one", " class in ", rows,
                   " rows; training needs two or more: check the label column and the split"));
}

std::vector<double> BalancedWeights(const std::vector<int64_t>& totals, int64_t rows) {
  std::vector<double> weights(totals.size());
  const auto classes = static_cast<double>(ClassesWithRows(totals));
  for (size_t i = 0; i < totals.size(); ++i) {
    if (totals[i] > 0) weights[i] = static_cast<double>(rows) / (classes * static_cast<double>(totals[i]));
  }
  return weights;
}

}  // namespace mote::coordinator
