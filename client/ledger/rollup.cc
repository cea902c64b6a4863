#include "client/ledger/rollup.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/ledger/prediction.h"
#include "client/ledger/settled_tasks.h"
#include "client/ledger/slot_tracks.h"
#include "client/ledger/stage_name.h"
#include "client/text/printable.h"
#include "common/saturating.h"

namespace mote::client {
namespace {

constexpr std::pair<const char*, RollupBy> kNames[] = {
    {"stage", RollupBy::kStage},   {"pass", RollupBy::kPass},     {"operation", RollupBy::kOperation},
    {"kernel", RollupBy::kKernel}, {"worker", RollupBy::kWorker}, {"slot", RollupBy::kSlot},
    {"block", RollupBy::kBlock}};

std::string OperationOf(const v1::StageStatus& stage) {
  return stage.operation().empty() ? "unknown" : Printable(stage.operation());
}

std::string StageOf(const v1::Job& job, const v1::LedgerEntry& entry) {
  return Printable(StageName(job, entry.stage()));
}

std::string NameFor(const v1::Job& job, const v1::LedgerEntry& entry, RollupBy by) {
  switch (by) {
    case RollupBy::kStage:
      return StageOf(job, entry);
    case RollupBy::kPass:
      return absl::StrCat(StageOf(job, entry), " pass ", entry.pass());
    case RollupBy::kOperation: {
      const int stage = entry.stage();
      return stage >= 0 && stage < job.stages_size() ? OperationOf(job.stages(stage)) : "unknown";
    }
    case RollupBy::kKernel:
      return Printable(entry.kernel());
    case RollupBy::kWorker:
      return Printable(entry.worker());
    case RollupBy::kSlot:
      return absl::StrCat(Printable(entry.worker()), " slot ", entry.slot());
    case RollupBy::kBlock:
      if (entry.tasks_begin() == entry.tasks_end())
        return absl::StrCat(StageOf(job, entry), " pass ", entry.pass(), " no tasks");
      return absl::StrCat(StageOf(job, entry), " pass ", entry.pass(), " tasks ", entry.tasks_begin(), " to ",
                          entry.tasks_end() - 1);
  }
  return "";
}

// Rows by name, in the order in which they came up.
class Rows {
 public:
  Rollup& Of(std::string name) {
    const auto [found, is_new] = places_.emplace(std::move(name), rows_.size());
    if (is_new) rows_.emplace_back().name = found->first;
    return rows_[found->second];
  }
  std::vector<Rollup> Take(RollupBy by) {
    if (by == RollupBy::kWorker || by == RollupBy::kSlot) {
      std::sort(rows_.begin(), rows_.end(), [](const Rollup& a, const Rollup& b) { return a.name < b.name; });
    }
    return std::move(rows_);
  }

 private:
  std::map<std::string, size_t> places_;
  std::vector<Rollup> rows_;
};

void AddKnown(const std::optional<double>& value, std::optional<double>* sum) {
  if (value) *sum = sum->value_or(0) + *value;
}

bool IsOfWholeStages(RollupBy by) { return by == RollupBy::kStage || by == RollupBy::kOperation; }

// What is known of stages as a whole.
void AddStages(const v1::Job& job, RollupBy by, Rows* rows) {
  for (const v1::StageStatus& stage : job.stages()) {
    Rollup& row = rows->Of(by == RollupBy::kStage ? Printable(stage.name()) : OperationOf(stage));
    row.predicted_seconds += stage.cost().predicted_seconds();
    row.measured_seconds += stage.cost().measured_seconds();
    if (stage.cost().has_bill()) AddKnown(stage.cost().bill(), &row.bill);
  }
}

void AddRow(const Rollup& row, Rollup* sum) {
  sum->jobs += row.jobs;
  sum->attempts += row.attempts;
  sum->wasted += row.wasted;
  sum->device_ns = SaturatingAdd(sum->device_ns, row.device_ns);
  sum->wasted_ns = SaturatingAdd(sum->wasted_ns, row.wasted_ns);
  sum->cost.Merge(row.cost);
  sum->predicted_seconds += row.predicted_seconds;
  sum->measured_seconds += row.measured_seconds;
  AddKnown(row.bill, &sum->bill);
}

void AddAttempt(const v1::LedgerEntry& entry, Rollup* row) {
  const int64_t ns = SlotNanoseconds(entry);
  ++row->attempts;
  row->device_ns = SaturatingAdd(row->device_ns, ns);
  row->cost.memory_bytes = std::max(row->cost.memory_bytes, entry.memory_bytes());
  if (entry.outcome() != v1::LEDGER_OUTCOME_WASTED) return;
  ++row->wasted;
  row->wasted_ns = SaturatingAdd(row->wasted_ns, ns);
}

void AddPhases(const v1::LedgerEntry& entry, Cost* cost) {
  const auto phases = std::min<size_t>(kPhaseCount, static_cast<size_t>(entry.phase_ns_size()));
  for (size_t phase = 0; phase < phases; ++phase) {
    cost->phase_ns[phase] = SaturatingAdd(cost->phase_ns[phase], entry.phase_ns(static_cast<int>(phase)));
  }
  cost->staged_bytes = SaturatingAdd(cost->staged_bytes, entry.staged_bytes());
  cost->network_bytes = SaturatingAdd(cost->network_bytes, entry.network_bytes());
}

absl::Status AddTasks(const SettledTasks& tasks, Cost* cost) {
  cost->tasks += tasks.end - tasks.begin;
  return ReadTasks(tasks, [cost](int64_t, const TaskCost& task) { cost->task_ns.Add(task.wall_ns); });
}

}  // namespace

std::vector<std::string> RollupNames() {
  std::vector<std::string> names;
  for (const auto& [name, by] : kNames) names.emplace_back(name);
  return names;
}

std::optional<RollupBy> ParseRollup(std::string_view name) {
  for (const auto& [known, by] : kNames) {
    if (name == known) return by;
  }
  return std::nullopt;
}

bool IsOfOneJob(RollupBy by) { return by == RollupBy::kStage || by == RollupBy::kPass || by == RollupBy::kBlock; }

JobRollup RollUp(v1::Job job, const std::vector<v1::LedgerEntry>& entries, RollupBy by) {
  JobRollup rollup;
  Rows rows;
  if (IsOfWholeStages(by)) AddStages(job, by, &rows);
  for (const v1::LedgerEntry& entry : entries) AddAttempt(entry, &rows.Of(NameFor(job, entry, by)));
  std::set<const v1::LedgerEntry*> settled;
  for (const SettledTasks& tasks : SettledTasksOf(entries)) {
    Rollup& row = rows.Of(NameFor(job, *tasks.entry, by));
    if (settled.insert(tasks.entry).second) {
      Cost phases;
      AddPhases(*tasks.entry, &phases);
      if (!IsOfWholeStages(by)) {
        row.predicted_seconds += PredictedSeconds(phases, AlphaOf(job, tasks.entry->stage()));
        row.measured_seconds += MeasuredSeconds(phases);
      }
      row.cost.Merge(phases);
    }
    if (const absl::Status read = AddTasks(tasks, &row.cost); !read.ok()) {
      rollup.unreadable.emplace_back(read.message());
    }
  }
  rollup.rows = rows.Take(by);
  for (Rollup& row : rollup.rows) row.jobs = 1;
  rollup.job = std::move(job);
  return rollup;
}

std::vector<Rollup> MergeRollups(const std::vector<JobRollup>& jobs, RollupBy by) {
  Rows sums;
  for (const JobRollup& job : jobs) {
    for (const Rollup& row : job.rows) AddRow(row, &sums.Of(row.name));
  }
  return sums.Take(by);
}

}  // namespace mote::client
