#include "coordinator/plan/measure.h"

#include "absl/strings/str_cat.h"

namespace mote::coordinator {

absl::StatusOr<double> MeasureOf(const Json& report, const std::string& metric, std::string_view parameter) {
  if (report.contains(metric) && report[metric].is_number()) return report[metric].get<double>();
  for (const char* average : {"macro", "weighted"}) {
    const std::string suffix = absl::StrCat("_", average);
    if (metric.size() <= suffix.size() || !metric.ends_with(suffix)) continue;
    const Json averages = report.value(absl::StrCat(average, "_avg"), Json::object());
    const std::string key = metric.substr(0, metric.size() - suffix.size());
    if (averages.contains(key) && averages[key].is_number()) return averages[key].get<double>();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(parameter), ": the report has no number \"", metric,
                   "\"; use accuracy, roc_auc (two classes), f1_macro, precision_macro, recall_macro or …_weighted"));
}

bool IsLoss(std::string_view metric) { return metric == "log_loss" || metric == "brier"; }

}  // namespace mote::coordinator
