#include "client/text/cost_comparison.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/text/cost_table.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"
#include "common/price.h"

namespace mote::client {
namespace {

struct Quantity {
  std::string name;
  std::function<std::optional<double>(const v1::CostSummary&)> of;  // nullopt: the job has none
  std::function<std::string(double)> text;
};

// α is of single stages: a total has none.
std::optional<double> IfFitted(const v1::CostSummary& cost, double value) {
  return cost.alpha_samples() > 0 ? std::optional<double>(value) : std::nullopt;
}

std::string CountText(double count) { return absl::StrFormat("%.0f", count); }

const std::vector<Quantity>& Quantities() {
  static const auto& quantities = *new std::vector<Quantity>{
      {"tasks", [](const v1::CostSummary& cost) { return cost.tasks(); }, CountText},
      {"compute", [](const v1::CostSummary& cost) { return cost.compute_seconds(); }, SecondsText},
      {"communication", CommunicationSeconds, SecondsText},
      {"staged", [](const v1::CostSummary& cost) { return cost.staged_bytes(); }, BytesText},
      {"network", [](const v1::CostSummary& cost) { return cost.network_bytes(); }, BytesText},
      {"α s/B", [](const v1::CostSummary& cost) { return IfFitted(cost, cost.alpha_seconds_per_byte()); },
       [](double alpha) { return absl::StrFormat("%.3g", alpha); }},
      {"R²", [](const v1::CostSummary& cost) { return IfFitted(cost, cost.alpha_r_squared()); },
       [](double r_squared) { return absl::StrFormat("%.2f", r_squared); }},
      {"n", [](const v1::CostSummary& cost) { return IfFitted(cost, static_cast<double>(cost.alpha_samples())); },
       CountText},
      {"T'", [](const v1::CostSummary& cost) { return cost.predicted_seconds(); }, SecondsText},
      {"measured", [](const v1::CostSummary& cost) { return cost.measured_seconds(); }, SecondsText},
      {"task p50", [](const v1::CostSummary& cost) { return cost.task_seconds_p50(); }, SecondsText},
      {"task p99", [](const v1::CostSummary& cost) { return cost.task_seconds_p99(); }, SecondsText},
      {"device", [](const v1::CostSummary& cost) { return cost.device_seconds(); }, SecondsText},
      {"failed", [](const v1::CostSummary& cost) { return cost.wasted_seconds() - cost.beaten_seconds(); },
       SecondsText},
      {"beaten", [](const v1::CostSummary& cost) { return cost.beaten_seconds(); }, SecondsText},
      {"memory", [](const v1::CostSummary& cost) { return cost.memory_bytes(); }, BytesText},
      {"bill",
       [](const v1::CostSummary& cost) { return cost.has_bill() ? std::optional<double>(cost.bill()) : std::nullopt; },
       MoneyText},
  };
  return quantities;
}

// nullopt: the job has no such stage.
std::string Change(const std::optional<double>& before, const std::optional<double>& after) {
  if (!before) return "added";
  if (!after) return "removed";
  if (*before == *after) return "=";
  return *before > 0 ? absl::StrFormat("%+.1f%%", (*after / *before - 1) * 100) : "new";
}

// nullptr: the job has no stage of that name.
const v1::CostSummary* CostOf(const v1::Job& job, const std::string& stage) {
  const auto found = std::find_if(job.stages().begin(), job.stages().end(),
                                  [&](const v1::StageStatus& status) { return status.name() == stage; });
  return found == job.stages().end() ? nullptr : &found->cost();
}

void AddRows(TextTable& table, std::string name, const v1::CostSummary* before, const v1::CostSummary* after) {
  for (const Quantity& quantity : Quantities()) {
    const std::optional<double> was = before == nullptr ? std::nullopt : quantity.of(*before);
    const std::optional<double> is = after == nullptr ? std::nullopt : quantity.of(*after);
    if (was.value_or(0) == 0 && is.value_or(0) == 0) continue;
    table.Add({std::move(name), quantity.name, was ? quantity.text(*was) : "-", is ? quantity.text(*is) : "-",
               Change(was, is)});
    name.clear();  // once for each stage
  }
}

// Stages in the order of `before`, then those that only `after` has.
std::vector<std::string> StagesOf(const v1::Job& before, const v1::Job& after) {
  std::vector<std::string> names;
  for (const v1::Job* job : {&before, &after}) {
    for (const v1::StageStatus& stage : job->stages()) {
      if (std::find(names.begin(), names.end(), stage.name()) == names.end()) names.push_back(stage.name());
    }
  }
  return names;
}

}  // namespace

std::string CostComparisonText(const v1::Job& before, const v1::Job& after) {
  const auto right = TextTable::Align::kRight;
  TextTable table({{"STAGE"},
                   {"QUANTITY"},
                   {absl::StrCat("JOB ", before.id()), right},
                   {absl::StrCat("JOB ", after.id()), right},
                   {"CHANGE", right}});
  for (const std::string& name : StagesOf(before, after))
    AddRows(table, name, CostOf(before, name), CostOf(after, name));
  const v1::CostSummary was = TotalCost(before), is = TotalCost(after);
  AddRows(table, "total", &was, &is);
  return table.ToString();
}

OrderedJson CostComparisonJson(const v1::Job& before, const v1::Job& after) {
  OrderedJson json = OrderedJson::object();
  json["before"] = CostJson(before);
  json["after"] = CostJson(after);
  return json;
}

}  // namespace mote::client
