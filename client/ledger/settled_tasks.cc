#include "client/ledger/settled_tasks.h"

#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/text/printable.h"

namespace mote::client {
namespace {

using ByBegin = std::map<int64_t, SettledTasks>;

// Makes room for [begin, end): what reaches into it is cut.
void Cut(ByBegin& settled, int64_t begin, int64_t end) {
  auto at = settled.lower_bound(begin);
  if (at != settled.begin() && std::prev(at)->second.end > begin) --at;
  while (at != settled.end() && at->first < end) {
    const SettledTasks old = at->second;
    at = settled.erase(at);
    if (old.begin < begin) settled[old.begin] = {old.entry, old.begin, begin};
    if (old.end > end) settled[end] = {old.entry, end, old.end};
  }
}

}  // namespace

std::vector<SettledTasks> SettledTasksOf(const std::vector<v1::LedgerEntry>& entries) {
  std::map<std::pair<int32_t, uint64_t>, ByBegin> passes;
  for (const v1::LedgerEntry& entry : entries) {
    const int64_t begin = entry.tasks_begin(), end = entry.tasks_end();
    if (entry.outcome() != v1::LEDGER_OUTCOME_COMMITTED || begin >= end) continue;
    ByBegin& settled = passes[{entry.stage(), entry.pass()}];
    Cut(settled, begin, end);
    settled[begin] = {&entry, begin, end};
  }
  std::vector<SettledTasks> all;
  for (const auto& [pass, settled] : passes) {
    for (const auto& [begin, tasks] : settled) all.push_back(tasks);
  }
  return all;
}

absl::Status ReadTasks(const SettledTasks& tasks, const std::function<void(int64_t task, const TaskCost&)>& on_task) {
  const v1::LedgerEntry& entry = *tasks.entry;
  if (entry.task_columns().empty()) return absl::OkStatus();
  const absl::Status read =
      ReadTaskColumns(entry.task_columns(), tasks.end - entry.tasks_begin(), [&](int64_t index, const TaskCost& cost) {
        const int64_t task = entry.tasks_begin() + index;
        if (task >= tasks.begin) on_task(task, cost);
      });
  if (read.ok()) return read;
  return absl::InvalidArgumentError(absl::StrCat("worker ", Printable(entry.worker()), ", tasks ", tasks.begin, " to ",
                                                 tasks.end - 1, ": ", std::string(read.message())));
}

}  // namespace mote::client
