#include "client/text/task_rows.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/ledger/settled_tasks.h"
#include "client/text/csv_field.h"
#include "client/text/printable.h"
#include "client/text/proto_json.h"
#include "client/text/quantities.h"
#include "common/ledger/task_columns.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

constexpr size_t kPieceBytes = 64 << 10;

std::string StageName(const v1::Job& job, int stage) {
  return stage >= 0 && stage < job.stages_size() ? job.stages(stage).name() : absl::StrCat("stage ", stage);
}

int64_t PhaseNs(const TaskCost& cost, Phase phase) { return cost.phase_ns[static_cast<size_t>(phase)]; }

// Rows of one form. Not thread-safe.
class Rows {
 public:
  Rows(TaskRowForm form, const std::function<void(std::string_view)>& write) : form_(form), write_(write) {
    if (form_ == TaskRowForm::kTable) {
      AddTableLine({"STAGE", "PASS", "TASK", "WORKER", "SLOT", "WALL", "COMPUTE", "FETCH", "STAGED", "SENT"});
    } else if (form_ == TaskRowForm::kCsv) {
      text_ = "stage,pass,kernel,task,worker,slot,wall_ns";
      for (int phase = 0; phase < kPhaseCount; ++phase) absl::StrAppend(&text_, ",", PhaseField(phase));
      absl::StrAppend(&text_, ",staged_bytes,network_bytes\n");
    } else {
      text_ = "[";
    }
  }

  // The rows that follow are of these tasks.
  void Begin(const std::string& stage, const v1::LedgerEntry& entry) {
    entry_ = &entry;
    stage_ = Printable(stage);
    worker_ = Printable(entry.worker());
    csv_head_ = absl::StrCat(CsvField(stage), ",", entry.pass(), ",", CsvField(entry.kernel()), ",");
    csv_middle_ = absl::StrCat(",", CsvField(entry.worker()), ",", entry.slot());
  }

  void Add(int64_t task, const TaskCost& cost) {
    if (form_ == TaskRowForm::kTable) {
      AddToTable(task, cost);
    } else if (form_ == TaskRowForm::kCsv) {
      absl::StrAppend(&text_, csv_head_, task, csv_middle_, ",", cost.wall_ns);
      for (const int64_t ns : cost.phase_ns) absl::StrAppend(&text_, ",", ns);
      absl::StrAppend(&text_, ",", cost.staged_bytes, ",", cost.network_bytes, "\n");
    } else {
      AddToJson(task, cost);
    }
    ++count_;
    if (text_.size() >= kPieceBytes) Flush();
  }

  int64_t End() {
    if (form_ == TaskRowForm::kJson) absl::StrAppend(&text_, count_ > 0 ? "\n]\n" : "]\n");
    Flush();
    return count_;
  }

 private:
  static constexpr int kTableColumns = 10;

  void AddTableLine(const std::array<std::string, kTableColumns>& cells) {
    absl::StrAppendFormat(&text_, "%-16s %6s %12s %-16s %4s %9s %9s %9s %9s %9s\n", cells[0], cells[1], cells[2],
                          cells[3], cells[4], cells[5], cells[6], cells[7], cells[8], cells[9]);
  }

  void AddToTable(int64_t task, const TaskCost& cost) {
    const auto seconds = [](int64_t ns) { return SecondsText(static_cast<double>(ns) * 1e-9); };
    AddTableLine({stage_, absl::StrCat(entry_->pass()), absl::StrCat(task), worker_, absl::StrCat(entry_->slot()),
                  seconds(cost.wall_ns), seconds(PhaseNs(cost, Phase::kCompute)), seconds(PhaseNs(cost, Phase::kFetch)),
                  BytesText(cost.staged_bytes), BytesText(cost.network_bytes)});
  }

  void AddToJson(int64_t task, const TaskCost& cost) {
    OrderedJson row = {{"stage", stage_},   {"pass", entry_->pass()}, {"kernel", entry_->kernel()}, {"task", task},
                       {"worker", worker_}, {"slot", entry_->slot()}, {"wall_ns", cost.wall_ns}};
    for (int phase = 0; phase < kPhaseCount; ++phase)
      row[PhaseField(phase)] = cost.phase_ns[static_cast<size_t>(phase)];
    row["staged_bytes"] = cost.staged_bytes;
    row["network_bytes"] = cost.network_bytes;
    absl::StrAppend(&text_, count_ > 0 ? ",\n" : "\n", row.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
  }

  void Flush() {
    write_(text_);
    text_.clear();
  }

  const TaskRowForm form_;
  const std::function<void(std::string_view)>& write_;
  std::string text_;
  int64_t count_ = 0;
  const v1::LedgerEntry* entry_ = nullptr;
  std::string stage_, worker_, csv_head_, csv_middle_;
};

}  // namespace

absl::StatusOr<int64_t> WriteTaskRows(const v1::Job& job, const std::vector<v1::LedgerEntry>& entries, TaskRowForm form,
                                      const std::function<void(std::string_view)>& write) {
  Rows rows(form, write);
  for (const SettledTasks& tasks : SettledTasksOf(entries)) {
    const v1::LedgerEntry& entry = *tasks.entry;
    if (entry.task_columns().empty()) continue;
    rows.Begin(StageName(job, entry.stage()), entry);
    const absl::Status read = ReadTaskColumns(entry.task_columns(), tasks.end - entry.tasks_begin(),
                                              [&](int64_t index, const TaskCost& cost) {
                                                const int64_t task = entry.tasks_begin() + index;
                                                if (task >= tasks.begin) rows.Add(task, cost);
                                              });
    if (!read.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("worker ", Printable(entry.worker()), ", tasks ", tasks.begin,
                                                     " to ", tasks.end - 1, ": ", std::string(read.message())));
    }
  }
  return rows.End();
}

std::string MissingRowsText(int64_t missing, int64_t tasks) {
  return absl::StrCat(missing, " of ", tasks,
                      " measured tasks have no row: they were run again, or are older than what the coordinator keeps "
                      "(mote-coordinator --ledger-bytes)");
}

}  // namespace mote::client
