// Which lines of a job's ledger count.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "common/ledger/task_columns.h"
#include "mote/v1/ledger.pb.h"

namespace mote::client {

// Tasks [begin, end) of a pass, by the entry that committed them last.
struct SettledTasks {
  const v1::LedgerEntry* entry = nullptr;
  int64_t begin = 0;
  int64_t end = 0;
};

// Every task that some entry committed, once, in the order of stage, pass and task.
// Points into `entries`, which come in the order of their reports.
std::vector<SettledTasks> SettledTasksOf(const std::vector<v1::LedgerEntry>& entries);

// Calls `on_task` with each task's number and what it took; not at all where the ledger was
// read without columns.
//
// InvalidArgument: the entry's columns cannot be read, from some task on; names its worker and
// tasks. What was read before that counts.
absl::Status ReadTasks(const SettledTasks& tasks, const std::function<void(int64_t task, const TaskCost&)>& on_task);

}  // namespace mote::client
