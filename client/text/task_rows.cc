#include "client/text/task_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/ledger/prediction.h"
#include "client/ledger/settled_tasks.h"
#include "client/ledger/stage_name.h"
#include "client/text/csv_field.h"
#include "client/text/printable.h"
#include "client/text/proto_json.h"
#include "client/text/quantities.h"
#include "common/ledger/task_columns.h"

namespace mote::client {
namespace {

constexpr size_t kPieceBytes = 64 << 10;

int64_t PhaseNs(const TaskCost& cost, Phase phase) { return cost.phase_ns[static_cast<size_t>(phase)]; }

// Rows of one form. Not thread-safe.
class Rows {
 public:
  Rows(TaskRowForm form, const std::function<void(std::string_view)>& write) : form_(form), write_(write) {
    if (form_ == TaskRowForm::kTable) {
      AddTableLine({"STAGE", "PASS", "TASK", "WORKER", "SLOT", "WALL", "COMPUTE", "FETCH", "STAGED", "SENT", "T'"});
    } else if (form_ == TaskRowForm::kCsv) {
      text_ = "stage,pass,kernel,task,worker,slot,wall_ns";
      for (int phase = 0; phase < kPhaseCount; ++phase) absl::StrAppend(&text_, ",", PhaseField(phase));
      absl::StrAppend(&text_, ",staged_bytes,network_bytes,predicted_ns\n");
    } else {
      text_ = "[";
    }
  }

  // The rows that follow are of these tasks.
  void Begin(const std::string& stage, double alpha, const v1::LedgerEntry& entry) {
    entry_ = &entry;
    alpha_ = alpha;
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
      absl::StrAppend(&text_, ",", cost.staged_bytes, ",", cost.network_bytes, ",", PredictedNs(cost), "\n");
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
  static constexpr int kTableColumns = 11;

  void AddTableLine(const std::array<std::string, kTableColumns>& cells) {
    absl::StrAppendFormat(&text_, "%-16s %6s %12s %-16s %4s %9s %9s %9s %9s %9s %9s\n", cells[0], cells[1], cells[2],
                          cells[3], cells[4], cells[5], cells[6], cells[7], cells[8], cells[9], cells[10]);
  }

  // t' = t + α·(C + S), to the nanosecond as all others.
  int64_t PredictedNs(const TaskCost& cost) const {
    return static_cast<int64_t>(std::llround(std::min(PredictedSeconds(cost, alpha_) * 1e9, 9e18)));
  }

  void AddToTable(int64_t task, const TaskCost& cost) {
    const auto seconds = [](int64_t ns) { return SecondsText(static_cast<double>(ns) * 1e-9); };
    AddTableLine({stage_, absl::StrCat(entry_->pass()), absl::StrCat(task), worker_, absl::StrCat(entry_->slot()),
                  seconds(cost.wall_ns), seconds(PhaseNs(cost, Phase::kCompute)), seconds(PhaseNs(cost, Phase::kFetch)),
                  BytesText(cost.staged_bytes), BytesText(cost.network_bytes), seconds(PredictedNs(cost))});
  }

  void AddToJson(int64_t task, const TaskCost& cost) {
    OrderedJson row = {{"stage", stage_},   {"pass", entry_->pass()}, {"kernel", entry_->kernel()}, {"task", task},
                       {"worker", worker_}, {"slot", entry_->slot()}, {"wall_ns", cost.wall_ns}};
    for (int phase = 0; phase < kPhaseCount; ++phase)
      row[PhaseField(phase)] = cost.phase_ns[static_cast<size_t>(phase)];
    row["staged_bytes"] = cost.staged_bytes;
    row["network_bytes"] = cost.network_bytes;
    row["predicted_ns"] = PredictedNs(cost);
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
  double alpha_ = 0;
  std::string stage_, worker_, csv_head_, csv_middle_;
};

}  // namespace

int64_t WriteTaskRows(const v1::Job& job, const std::vector<v1::LedgerEntry>& entries, TaskRowForm form,
                      const std::function<void(std::string_view)>& write, std::vector<std::string>* unreadable) {
  Rows rows(form, write);
  for (const SettledTasks& tasks : SettledTasksOf(entries)) {
    const v1::LedgerEntry& entry = *tasks.entry;
    rows.Begin(StageName(job, entry.stage()), AlphaOf(job, entry.stage()), entry);
    const absl::Status read = ReadTasks(tasks, [&rows](int64_t task, const TaskCost& cost) { rows.Add(task, cost); });
    if (!read.ok()) unreadable->emplace_back(read.message());
  }
  return rows.End();
}

std::string UnreadableText(const std::vector<std::string>& unreadable) {
  constexpr size_t kShownMax = 3;
  const size_t shown = std::min(unreadable.size(), kShownMax);
  return absl::StrCat("what ", unreadable.size(), unreadable.size() == 1 ? " attempt" : " attempts",
                      " told of single tasks cannot be read and is left out: ",
                      absl::StrJoin(unreadable.begin(), unreadable.begin() + static_cast<ptrdiff_t>(shown), "; "),
                      unreadable.size() > shown ? "; …" : "");
}

std::string MissingRowsText(int64_t missing, int64_t tasks) {
  return absl::StrCat(missing, " of ", tasks,
                      " measured tasks have no row: they were run again, or are older than what the coordinator keeps "
                      "(mote-coordinator --ledger-bytes)");
}

}  // namespace mote::client
