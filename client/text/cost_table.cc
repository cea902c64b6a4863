#include "client/text/cost_table.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/text/bill.h"
#include "client/text/csv_field.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"
#include "client/text/verification.h"
#include "common/price.h"

namespace mote::client {
namespace {

constexpr char kLegend[] =
    "T compute; COMM fetch, transfers and send; T' = T + α·(C+S) predicted, with C bytes staged and S bytes sent;\n"
    "α with half of its 95 % confidence interval; MEASURED = T + COMM; ERROR of T' against it; P50, P99 of one task;\n"
    "DEVICE time that leases held slots; MEMORY the most that an engine had resident at once;\n"
    "N blocks that α is fitted to; LOST attempts that failed, or that another one beat.\n";

// An error of T' beyond this, with a latency that the blocks tell, is worth a line.
constexpr double kErrorToExplain = 0.1;

std::optional<double> ErrorOf(const v1::CostSummary& cost) {
  return PredictionError(cost.predicted_seconds(), cost.measured_seconds());
}

// "5e-07±4%"
template <typename Fit>  // CostSummary, LinkCost
std::string AlphaText(const Fit& fit) {
  std::string text = absl::StrFormat("%.3g", fit.alpha_seconds_per_byte());
  const double share = fit.alpha_error() / fit.alpha_seconds_per_byte();
  if (std::isfinite(share) && share > 0) absl::StrAppend(&text, absl::StrFormat("±%.0f%%", share * 100));
  return text;
}

// Where a stage's bytes went over several links, the α of each; empty: they did not.
std::string LinksText(const v1::StageStatus& stage) {
  if (stage.cost().links_size() < 2) return "";
  const auto one = [](std::string* out, const v1::LinkCost& link) {
    absl::StrAppend(out, AlphaText(link), " over ", link.transport(), " to ", link.worker_class(),
                    absl::StrFormat(" (R² %.2f, n %d, ", link.alpha_r_squared(), link.alpha_samples()),
                    BytesText(static_cast<int64_t>(link.bytes())), ")");
  };
  return absl::StrCat("α of ", stage.name(), ": ", absl::StrJoin(stage.cost().links(), "; ", one), "\n");
}

// Why T' is off where transfers take their time whatever their bytes; empty: it is not, or
// the blocks do not tell.
std::string LatencyText(const v1::StageStatus& stage) {
  const std::optional<double> error = ErrorOf(stage.cost());
  if (!error || std::abs(*error) < kErrorToExplain) return "";
  std::vector<std::string> links;
  for (const v1::LinkCost& link : stage.cost().links()) {
    const v1::Estimate& latency = link.latency_seconds();
    if (!latency.has_error() || latency.value() <= latency.error()) continue;
    if (link.model_r_squared() <= link.alpha_r_squared()) continue;
    links.push_back(absl::StrCat(
        SecondsText(latency.value()), " over ", link.transport(),
        absl::StrFormat(" (with it R² %.2f, by bytes alone %.2f)", link.model_r_squared(), link.alpha_r_squared())));
  }
  if (links.empty()) return "";
  return absl::StrCat("latency of ", stage.name(), ": a block's transfers take ", absl::StrJoin(links, ", "),
                      " whatever their bytes, which α·(C+S) does not know\n");
}

std::vector<std::string> Row(const std::string& name, const v1::CostSummary& cost) {
  const bool fitted = cost.alpha_samples() > 0;
  const bool timed = cost.task_seconds_p50() > 0 || cost.task_seconds_p99() > 0;
  std::vector<std::string> cells = {name,
                                    absl::StrCat(cost.tasks()),
                                    SecondsText(cost.compute_seconds()),
                                    SecondsText(CommunicationSeconds(cost)),
                                    BytesText(cost.staged_bytes()),
                                    BytesText(cost.network_bytes()),
                                    fitted ? AlphaText(cost) : "-",
                                    fitted ? absl::StrFormat("%.2f", cost.alpha_r_squared()) : "-",
                                    fitted ? absl::StrCat(cost.alpha_samples()) : "-",
                                    SecondsText(cost.predicted_seconds()),
                                    SecondsText(cost.measured_seconds()),
                                    ErrorText(ErrorOf(cost)),
                                    timed ? SecondsText(cost.task_seconds_p50()) : "-",
                                    timed ? SecondsText(cost.task_seconds_p99()) : "-",
                                    SecondsText(cost.device_seconds()),
                                    cost.memory_bytes() > 0 ? BytesText(cost.memory_bytes()) : "-",
                                    absl::StrCat(cost.attempts_lost())};
  if (cost.has_bill()) cells.push_back(MoneyText(cost.bill()));
  return cells;
}

// Of DEVICE, what was for nothing, and by what.
std::string WasteText(const v1::CostSummary& total) {
  const double failed = total.wasted_seconds() - total.beaten_seconds();
  std::vector<std::string> parts;
  if (failed > 0) parts.push_back(absl::StrCat(SecondsText(failed), " by attempts that failed"));
  if (total.beaten_seconds() > 0) {
    parts.push_back(absl::StrCat(SecondsText(total.beaten_seconds()), " by copies that another attempt beat"));
  }
  return parts.empty() ? "" : absl::StrCat("wasted: ", absl::StrJoin(parts, ", "), "\n");
}

OrderedJson CostOf(const std::string& stage, const v1::CostSummary& cost) {
  OrderedJson json = OrderedJson::object();
  json["stage"] = stage;
  json.update(ToJson(cost));
  json["communication_seconds"] = CommunicationSeconds(cost);
  const std::optional<double> error = ErrorOf(cost);
  json["error"] = error ? OrderedJson(*error) : OrderedJson();
  return json;
}

}  // namespace

double CommunicationSeconds(const v1::CostSummary& cost) {
  return cost.fetch_seconds() + cost.to_device_seconds() + cost.from_device_seconds() + cost.send_seconds();
}

std::optional<double> PredictionError(double predicted_seconds, double measured_seconds) {
  if (!(measured_seconds > 0)) return std::nullopt;
  return (predicted_seconds - measured_seconds) / measured_seconds;
}

std::string ErrorText(const std::optional<double>& error) {
  return error ? absl::StrFormat("%+.1f%%", *error * 100) : "-";
}

v1::CostSummary TotalCost(const v1::Job& job) {
  v1::CostSummary total;
  for (const v1::StageStatus& stage : job.stages()) {
    const v1::CostSummary& cost = stage.cost();
    total.set_tasks(total.tasks() + cost.tasks());
    total.set_fetch_seconds(total.fetch_seconds() + cost.fetch_seconds());
    total.set_decode_seconds(total.decode_seconds() + cost.decode_seconds());
    total.set_to_device_seconds(total.to_device_seconds() + cost.to_device_seconds());
    total.set_compute_seconds(total.compute_seconds() + cost.compute_seconds());
    total.set_from_device_seconds(total.from_device_seconds() + cost.from_device_seconds());
    total.set_encode_seconds(total.encode_seconds() + cost.encode_seconds());
    total.set_send_seconds(total.send_seconds() + cost.send_seconds());
    total.set_staged_bytes(total.staged_bytes() + cost.staged_bytes());
    total.set_network_bytes(total.network_bytes() + cost.network_bytes());
    total.set_task_seconds_max(std::max(total.task_seconds_max(), cost.task_seconds_max()));
    total.set_predicted_seconds(total.predicted_seconds() + cost.predicted_seconds());
    total.set_measured_seconds(total.measured_seconds() + cost.measured_seconds());
    total.set_attempts_lost(total.attempts_lost() + cost.attempts_lost());
    total.set_device_seconds(total.device_seconds() + cost.device_seconds());
    total.set_wasted_seconds(total.wasted_seconds() + cost.wasted_seconds());
    total.set_beaten_seconds(total.beaten_seconds() + cost.beaten_seconds());
    total.set_memory_bytes(std::max(total.memory_bytes(), cost.memory_bytes()));
    total.set_reports_cut(total.reports_cut() + cost.reports_cut());
  }
  if (job.has_bill()) total.set_bill(job.bill().total());
  return total;
}

std::string CostText(const v1::Job& job) {
  const auto right = TextTable::Align::kRight;
  std::vector<TextTable::Heading> headings = {
      {"STAGE"},        {"TASKS", right}, {"T", right},      {"COMM", right},   {"C", right},        {"S", right},
      {"α s/B", right}, {"R²", right},    {"N", right},      {"T'", right},     {"MEASURED", right}, {"ERROR", right},
      {"P50", right},   {"P99", right},   {"DEVICE", right}, {"MEMORY", right}, {"LOST", right}};
  if (job.has_bill()) headings.push_back({"BILL", right});
  TextTable table(std::move(headings));
  std::vector<std::string> reused;
  for (const v1::StageStatus& stage : job.stages()) {
    table.Add(Row(stage.name(), stage.cost()));
    if (stage.reused_from() != 0) reused.push_back(absl::StrCat(stage.name(), " ", ReusedText(stage)));
  }
  const v1::CostSummary total = TotalCost(job);
  table.Add(Row("total", total));
  const std::string note = reused.empty() ? "" : absl::StrCat("Not run: ", absl::StrJoin(reused, ", "), ".\n");
  std::string text = absl::StrCat(table.ToString(), note, kLegend);
  for (const v1::StageStatus& stage : job.stages()) absl::StrAppend(&text, LinksText(stage), LatencyText(stage));
  text += WasteText(total);
  if (total.reports_cut() > 0) {
    absl::StrAppend(
        &text, "cut: ", total.reports_cut(), total.reports_cut() == 1 ? " report" : " reports",
        " of workers claimed more time or bytes than their leases can have seen; no more than that counts\n");
  }
  if (job.has_bill()) {
    absl::StrAppend(&text, "bill: ", BillText(job), "; ", PriceText(job.bill().price()), "\n");
  }
  return absl::StrCat(text, VerificationText(job));
}

OrderedJson CostJson(const v1::Job& job) {
  OrderedJson json = OrderedJson::object();
  json["job_id"] = job.id();
  json["stages"] = OrderedJson::array();
  for (const v1::StageStatus& stage : job.stages()) {
    json["stages"].push_back(CostOf(stage.name(), stage.cost()));
    json["stages"].back()["reused_from"] = stage.reused_from();
  }
  json["total"] = CostOf("total", TotalCost(job));
  if (job.has_bill()) json["bill"] = ToJson(job.bill());
  return json;
}

std::string CostCsv(const v1::Job& job) {
  const OrderedJson json = CostJson(job);
  const auto line = [](const OrderedJson& fields, auto cell) {
    return absl::StrCat(absl::StrJoin(fields.items(), ",", cell), "\n");
  };
  const auto name = [](std::string* out, const auto& item) { out->append(item.key()); };
  const auto value = [](std::string* out, const auto& item) { out->append(CsvValue(item.value())); };
  OrderedJson total = json["total"];
  total["reused_from"] = nullptr;
  std::string text = line(total, name);
  for (const OrderedJson& stage : json["stages"]) text += line(stage, value);
  return text + line(total, value);
}

}  // namespace mote::client
