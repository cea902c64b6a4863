// Which lines of a job's ledger count.
#pragma once

#include <cstdint>
#include <vector>

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

}  // namespace mote::client
