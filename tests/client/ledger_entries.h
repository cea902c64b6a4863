// Lines of a ledger, made up.
#pragma once

#include <cstdint>
#include <string>

#include "common/ledger/task_columns.h"
#include "mote/v1/job.pb.h"
#include "mote/v1/ledger.pb.h"

namespace mote::client {

// Task i of it took `wall_ns` + i.
inline v1::LedgerEntry EntryOf(uint64_t pass, int64_t begin, int64_t end, int64_t wall_ns,
                               const std::string& worker = "w1") {
  v1::LedgerEntry entry;
  entry.set_pass(pass);
  entry.set_kernel("noop");
  entry.set_tasks_begin(begin);
  entry.set_tasks_end(end);
  entry.set_worker(worker);
  entry.set_outcome(v1::LEDGER_OUTCOME_COMMITTED);
  TaskColumnsWriter columns;
  for (int64_t i = 0; i < end - begin; ++i) columns.AddComputed(wall_ns + i);
  entry.set_task_columns(columns.Encode());
  return entry;
}

inline v1::Job OneStageJob(const std::string& stage) {
  v1::Job job;
  job.add_stages()->set_name(stage);
  return job;
}

}  // namespace mote::client
