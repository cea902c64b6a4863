#include "client/text/rollup_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/text/csv_field.h"
#include "client/text/quantities.h"
#include "client/text/text_table.h"

namespace mote::client {
namespace {

std::string SecondsOf(int64_t ns) { return SecondsText(static_cast<double>(ns) * 1e-9); }

OrderedJson RowJson(const Rollup& row, const std::string& by) {
  OrderedJson json = {{by, row.name}, {"tasks", row.cost.tasks}, {"attempts", row.attempts}, {"wasted", row.wasted}};
  for (int phase = 0; phase < kPhaseCount; ++phase) {
    json[PhaseField(phase)] = row.cost.phase_ns[static_cast<size_t>(phase)];
  }
  json["staged_bytes"] = row.cost.staged_bytes;
  json["network_bytes"] = row.cost.network_bytes;
  json["task_ns_p50"] = row.cost.task_ns.Quantile(0.50);
  json["task_ns_p90"] = row.cost.task_ns.Quantile(0.90);
  json["task_ns_p99"] = row.cost.task_ns.Quantile(0.99);
  json["task_ns_max"] = row.cost.task_ns.max();
  json["device_ns"] = row.device_ns;
  json["wasted_ns"] = row.wasted_ns;
  json["memory_bytes"] = row.cost.memory_bytes;
  return json;
}

}  // namespace

std::string RollupText(const std::vector<Rollup>& rows, const std::string& by) {
  TextTable table({{absl::AsciiStrToUpper(by)},
                   {"TASKS", kRight},
                   {"T", kRight},
                   {"COMM", kRight},
                   {"C", kRight},
                   {"S", kRight},
                   {"P50", kRight},
                   {"P90", kRight},
                   {"P99", kRight},
                   {"MAX", kRight},
                   {"DEVICE", kRight},
                   {"MEMORY", kRight},
                   {"ATTEMPTS", kRight},
                   {"WASTED", kRight}});
  for (const Rollup& row : rows) {
    const auto quantile = [&row](double q) {
      return row.cost.task_ns.count() > 0 ? SecondsOf(row.cost.task_ns.Quantile(q)) : "-";
    };
    table.Add({row.name, absl::StrCat(row.cost.tasks), SecondsOf(row.cost.compute_ns()),
               SecondsOf(row.cost.communication_ns()), BytesText(row.cost.staged_bytes),
               BytesText(row.cost.network_bytes), quantile(0.50), quantile(0.90), quantile(0.99),
               row.cost.task_ns.count() > 0 ? SecondsOf(row.cost.task_ns.max()) : "-", SecondsOf(row.device_ns),
               row.cost.memory_bytes > 0 ? BytesText(row.cost.memory_bytes) : "-", absl::StrCat(row.attempts),
               row.wasted > 0 ? absl::StrCat(row.wasted, " (", SecondsOf(row.wasted_ns), ")") : "0"});
  }
  return absl::StrCat(
      table.ToString(),
      "T compute; COMM fetch, transfers and send; C bytes staged, S bytes sent; P50 to MAX of one task;\n"
      "DEVICE time that attempts held slots; WASTED attempts that failed, were given back or beaten.\n");
}

OrderedJson RollupJson(const std::vector<Rollup>& rows, const std::string& by) {
  OrderedJson json = OrderedJson::array();
  for (const Rollup& row : rows) json.push_back(RowJson(row, by));
  return json;
}

std::string RollupCsv(const std::vector<Rollup>& rows, const std::string& by) {
  const auto name = [](std::string* out, const auto& item) { out->append(item.key()); };
  const auto value = [](std::string* out, const auto& item) {
    const OrderedJson& field = item.value();
    out->append(field.is_string() ? CsvField(field.template get_ref<const std::string&>()) : field.dump());
  };
  std::string text = absl::StrCat(absl::StrJoin(RowJson({}, by).items(), ",", name), "\n");
  for (const Rollup& row : rows) absl::StrAppend(&text, absl::StrJoin(RowJson(row, by).items(), ",", value), "\n");
  return text;
}

}  // namespace mote::client
