// What each task of a job cost: a row a task, for `mote cost --tasks`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mote/v1/job.pb.h"
#include "mote/v1/ledger.pb.h"

namespace mote::client {

enum class TaskRowForm {
  kTable,  // a line of headings, then aligned columns; seconds as people read them
  kCsv,    // a line of names; nanoseconds and bytes
  kJson,   // an array of objects, one a line
};

// Writes the rows of every task that was settled, in the order of stage, pass and task,
// piece by piece; answers how many. Nothing is kept: there may be a billion. `unreadable`:
// gets a line for each attempt whose columns cannot be read, "worker w1, tasks 0 to 99: why".
int64_t WriteTaskRows(const v1::Job& job, const std::vector<v1::LedgerEntry>& entries, TaskRowForm form,
                      const std::function<void(std::string_view)>& write, std::vector<std::string>* unreadable);

// What to tell of such attempts: their number, and the first few.
std::string UnreadableText(const std::vector<std::string>& unreadable);

// Says why `missing` of the `tasks` that were measured are not in a job's ledger.
std::string MissingRowsText(int64_t missing, int64_t tasks);

}  // namespace mote::client
