#include "client/text/rollup_text.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/text/cost_table.h"
#include "client/text/csv_field.h"
#include "client/text/quantities.h"
#include "client/text/task_rows.h"
#include "client/text/text_table.h"
#include "common/price.h"
#include "common/saturating.h"

namespace mote::client {
namespace {

constexpr char kRollupLegend[] =
    "T compute; COMM fetch, transfers and send; T' = T + α·(C+S) predicted, with C bytes staged, S bytes sent\n"
    "and the α of each stage; ERROR of T' against T + COMM; P50 to MAX of one task;\n"
    "DEVICE time that attempts held slots; WASTED attempts that failed, were given back or beaten.\n";

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
  json["jobs"] = row.jobs;
  json["predicted_seconds"] = row.predicted_seconds;
  json["measured_seconds"] = row.measured_seconds;
  json["bill"] = row.bill ? OrderedJson(*row.bill) : OrderedJson();
  return json;
}

struct RollupColumn {
  TextTable::Heading heading;
  std::function<std::string(const Rollup&)> cell;
  bool is_shown = true;
};

std::string TaskText(const Rollup& row, double quantile) {
  return row.cost.task_ns.count() > 0 ? SecondsOf(row.cost.task_ns.Quantile(quantile)) : "-";
}

std::vector<RollupColumn> ColumnsOf(const std::vector<Rollup>& rows, const std::string& by) {
  const auto any = [&rows](auto has) { return std::any_of(rows.begin(), rows.end(), has); };
  const bool jobs = any([](const Rollup& row) { return row.jobs > 1; });
  const bool bill = any([](const Rollup& row) { return row.bill.has_value(); });
  return {
      {{absl::AsciiStrToUpper(by)}, [](const Rollup& row) { return row.name; }},
      {{"JOBS", kRight}, [](const Rollup& row) { return absl::StrCat(row.jobs); }, jobs},
      {{"TASKS", kRight}, [](const Rollup& row) { return absl::StrCat(row.cost.tasks); }},
      {{"T", kRight}, [](const Rollup& row) { return SecondsOf(row.cost.compute_ns()); }},
      {{"COMM", kRight}, [](const Rollup& row) { return SecondsOf(row.cost.communication_ns()); }},
      {{"C", kRight}, [](const Rollup& row) { return BytesText(row.cost.staged_bytes); }},
      {{"S", kRight}, [](const Rollup& row) { return BytesText(row.cost.network_bytes); }},
      {{"T'", kRight}, [](const Rollup& row) { return SecondsText(row.predicted_seconds); }},
      {{"ERROR", kRight},
       [](const Rollup& row) { return ErrorText(PredictionError(row.predicted_seconds, row.measured_seconds)); }},
      {{"P50", kRight}, [](const Rollup& row) { return TaskText(row, 0.50); }},
      {{"P90", kRight}, [](const Rollup& row) { return TaskText(row, 0.90); }},
      {{"P99", kRight}, [](const Rollup& row) { return TaskText(row, 0.99); }},
      {{"MAX", kRight}, [](const Rollup& row) { return TaskText(row, 1); }},
      {{"DEVICE", kRight}, [](const Rollup& row) { return SecondsOf(row.device_ns); }},
      {{"MEMORY", kRight},
       [](const Rollup& row) { return row.cost.memory_bytes > 0 ? BytesText(row.cost.memory_bytes) : "-"; }},
      {{"ATTEMPTS", kRight}, [](const Rollup& row) { return absl::StrCat(row.attempts); }},
      {{"WASTED", kRight},
       [](const Rollup& row) {
         return row.wasted > 0 ? absl::StrCat(row.wasted, " (", SecondsOf(row.wasted_ns), ")") : "0";
       }},
      {{"BILL", kRight}, [](const Rollup& row) { return row.bill ? MoneyText(*row.bill) : "-"; }, bill},
  };
}

// Of `tasks` that were measured, those that are in no row.
int64_t TasksMissing(const JobRollup& job, int64_t tasks) {
  for (const Rollup& row : job.rows) tasks -= row.cost.tasks;
  return std::max<int64_t>(0, tasks);  // of a job that runs, rows may be the newer ones
}

bool HasCost(const v1::CostSummary& total) {
  return total.tasks() > 0 || total.attempts_lost() > 0 || total.device_seconds() > 0;
}

bool IsReused(const v1::Job& job) {
  return job.stages_size() > 0 && std::all_of(job.stages().begin(), job.stages().end(),
                                              [](const v1::StageStatus& stage) { return stage.reused_from() != 0; });
}

// "7 (PENDING)"
std::string IdleText(const v1::Job& job) {
  return absl::StrCat(job.id(), " (", IsReused(job) ? "reused" : StateText(job.state()), ")");
}

}  // namespace

std::string RollupText(const std::vector<Rollup>& rows, const std::string& by) {
  std::vector<RollupColumn> columns = ColumnsOf(rows, by);
  std::erase_if(columns, [](const RollupColumn& column) { return !column.is_shown; });
  std::vector<TextTable::Heading> headings;
  headings.reserve(columns.size());
  for (const RollupColumn& column : columns) headings.push_back(column.heading);
  TextTable table(std::move(headings));
  for (const Rollup& row : rows) {
    std::vector<std::string> cells;
    cells.reserve(columns.size());
    for (const RollupColumn& column : columns) cells.push_back(column.cell(row));
    table.Add(std::move(cells));
  }
  return absl::StrCat(table.ToString(), kRollupLegend);
}

std::vector<std::string> RollupNotes(const std::vector<JobRollup>& jobs) {
  std::vector<std::string> idle, unreadable;
  int64_t missing = 0, tasks = 0;
  size_t priced = 0;
  for (const JobRollup& job : jobs) {
    const v1::CostSummary total = TotalCost(job.job);
    if (!HasCost(total)) idle.push_back(IdleText(job.job));
    tasks = SaturatingAdd(tasks, total.tasks());
    missing = SaturatingAdd(missing, TasksMissing(job, total.tasks()));
    if (job.job.has_bill()) ++priced;
    for (const std::string& attempt : job.unreadable) {
      unreadable.push_back(absl::StrCat("job ", job.job.id(), ", ", attempt));
    }
  }
  std::vector<std::string> notes;
  if (!idle.empty()) notes.push_back(absl::StrCat("nothing has run for job ", absl::StrJoin(idle, ", ")));
  if (missing > 0) notes.push_back(MissingRowsText(missing, tasks));
  if (!unreadable.empty()) notes.push_back(UnreadableText(unreadable));
  if (priced > 0 && priced < jobs.size()) {
    notes.push_back(absl::StrCat("BILL is of ", priced, " of ", jobs.size(), " jobs: the others have no price"));
  }
  return notes;
}

OrderedJson RollupJson(const std::vector<Rollup>& rows, const std::string& by) {
  OrderedJson json = OrderedJson::array();
  for (const Rollup& row : rows) json.push_back(RowJson(row, by));
  return json;
}

std::string RollupCsv(const std::vector<Rollup>& rows, const std::string& by) {
  const auto name = [](std::string* out, const auto& item) { out->append(item.key()); };
  const auto value = [](std::string* out, const auto& item) { out->append(CsvValue(item.value())); };
  std::string text = absl::StrCat(absl::StrJoin(RowJson({}, by).items(), ",", name), "\n");
  for (const Rollup& row : rows) absl::StrAppend(&text, absl::StrJoin(RowJson(row, by).items(), ",", value), "\n");
  return text;
}

}  // namespace mote::client
