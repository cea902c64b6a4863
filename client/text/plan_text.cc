#include "client/text/plan_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"
#include "common/price.h"

namespace mote::client {
namespace {

double SecondsOf(const v1::PlannedStage& stage) {
  return static_cast<double>(stage.device_time().seconds()) + 1e-9 * stage.device_time().nanos();
}

bool HasBill(const v1::ValidateJobResponse& plan) {
  return std::any_of(plan.stages().begin(), plan.stages().end(), [](const auto& stage) { return stage.has_bill(); });
}

std::vector<std::string> Row(const v1::PlannedStage& stage, bool with_bill, bool wide) {
  std::vector<std::string> cells = {stage.name(),
                                    stage.operation(),
                                    stage.input().empty() ? "-" : stage.input(),
                                    absl::StrJoin(stage.outputs(), ", "),
                                    stage.has_tasks() ? absl::StrCat(stage.tasks()) : "?",
                                    stage.has_input_bytes() ? BytesText(stage.input_bytes()) : "?",
                                    stage.has_device_time() ? SecondsText(SecondsOf(stage)) : stage.basis()};
  if (with_bill) cells.push_back(stage.has_bill() ? MoneyText(stage.bill()) : "?");
  if (wide) {
    cells.push_back(stage.has_device_time() ? stage.basis() : "-");
    cells.push_back(stage.task_shape());
    cells.push_back(stage.parameters());
  }
  return cells;
}

// "predicted: 5.2 s of slots' time, a bill of 3.10, and unknown until measured: fit, score"
std::string Sum(const v1::ValidateJobResponse& plan) {
  double seconds = 0, bill = 0;
  std::vector<std::string> unknown;
  for (const v1::PlannedStage& stage : plan.stages()) {
    seconds += SecondsOf(stage);
    bill += stage.bill();
    if (!stage.has_device_time()) unknown.push_back(stage.name());
  }
  const std::string predicted = absl::StrCat("predicted: ", SecondsText(seconds), " of slots' time",
                                             HasBill(plan) ? absl::StrCat(", a bill of ", MoneyText(bill)) : "");
  if (unknown.empty()) return absl::StrCat(predicted, ", from earlier jobs\n");
  const std::string rest = absl::StrCat("unknown until measured: ", absl::StrJoin(unknown, ", "), "\n");
  if (static_cast<int>(unknown.size()) == plan.stages_size()) return rest;
  return absl::StrCat(predicted, ", and ", rest);
}

}  // namespace

std::string PlanText(const v1::ValidateJobResponse& plan, bool wide) {
  constexpr TextTable::Align kRight = TextTable::Align::kRight;
  std::vector<TextTable::Heading> headings = {{"STAGE"},         {"OPERATION"},     {"INPUT"},    {"OUTPUTS"},
                                              {"TASKS", kRight}, {"READS", kRight}, {"PREDICTED"}};
  const bool with_bill = HasBill(plan);
  if (with_bill) headings.push_back({"BILL", kRight});
  if (wide) headings.insert(headings.end(), {{"BASIS"}, {"SHAPE"}, {"PARAMETERS"}});
  TextTable table(std::move(headings));
  for (const v1::PlannedStage& stage : plan.stages()) table.Add(Row(stage, with_bill, wide));
  return table.ToString() + Sum(plan);
}

}  // namespace mote::client
