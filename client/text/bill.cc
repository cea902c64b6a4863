#include "client/text/bill.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/price.h"

namespace mote::client {

std::string BillText(const v1::Job& job) {
  if (!job.has_bill()) return "";
  const v1::Bill& bill = job.bill();
  const std::string total = MoneyText(bill.total());
  const std::string budget = bill.has_budget() ? absl::StrCat(" of ", MoneyText(bill.budget())) : "";
  std::string text = absl::StrCat(total, budget);
  if (bill.since_retry() < bill.total()) {
    text = absl::StrCat(total, ", since the last retry ", MoneyText(bill.since_retry()), budget);
  }
  if (const auto predicted = PredictedBill(job)) absl::StrAppend(&text, ", about ", MoneyText(*predicted), " in all");
  return text;
}

std::string PriceText(const v1::Price& price) {
  std::vector<std::string> units;
  if (price.device_second() > 0) units.push_back(absl::StrCat(price.device_second(), " a device second"));
  if (price.gib_moved() > 0) units.push_back(absl::StrCat(price.gib_moved(), " a GiB moved"));
  return units.empty() ? "0" : absl::StrJoin(units, ", ");
}

std::optional<double> PredictedBill(const v1::Job& job) {
  const bool is_open = job.state() == v1::JOB_STATE_PENDING || job.state() == v1::JOB_STATE_RUNNING;
  if (!job.has_bill() || !is_open) return std::nullopt;
  double predicted = 0;
  for (const v1::StageStatus& stage : job.stages()) {
    const double bill = stage.cost().bill();
    if (stage.state() == v1::STAGE_STATE_COMPLETE) {
      predicted += bill;
    } else if (stage.has_eta() && stage.tasks_committed() > stage.probe_tasks()) {
      // The tasks that are left are like those that are done, but for the probes.
      const auto done = static_cast<double>(stage.tasks_committed() - stage.probe_tasks());
      const auto left = static_cast<double>(stage.tasks_total() - stage.tasks_committed());
      predicted += bill + (bill - stage.probe_bill()) / done * left;
    } else {
      return std::nullopt;
    }
  }
  return predicted;
}

}  // namespace mote::client
