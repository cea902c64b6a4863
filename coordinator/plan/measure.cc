#include "coordinator/plan/measure.h"

#include "absl/strings/str_cat.h"

namespace mote::coordinator {
namespace {

// Where a report has the measure; null: nowhere.
Json Find(const Json& report, const std::string& metric) {
  if (report.contains(metric)) return report[metric];
  if (IsLoss(metric)) {
    const Json calibration = report.value("calibration", Json());
    return calibration.is_object() ? calibration.value(metric, Json()) : Json();
  }
  for (const char* average : {"macro", "weighted"}) {
    const std::string suffix = absl::StrCat("_", average);
    if (metric.size() <= suffix.size() || !metric.ends_with(suffix)) continue;
    const Json averages = report.value(absl::StrCat(average, "_avg"), Json::object());
    return averages.value(metric.substr(0, metric.size() - suffix.size()), Json());
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<double> MeasureOf(const Json& report, const std::string& metric, std::string_view parameter) {
  if (const Json found = Find(report, metric); found.is_number()) return found.get<double>();
  if (metric == "roc_auc" || IsLoss(metric)) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(parameter), ": the report has no ", metric, ": ",
                     report.value("roc_auc_reason", report.value("calibration_reason", "there are no scores")),
                     "; use accuracy or f1_macro, more rows, or fewer folds"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(parameter), ": the report has no number \"", metric,
                   "\"; use accuracy, roc_auc or brier (of two classes), f1_macro, precision_macro, "
                   "recall_macro or …_weighted"));
}

bool IsLoss(std::string_view metric) { return metric == "brier"; }

}  // namespace mote::coordinator
