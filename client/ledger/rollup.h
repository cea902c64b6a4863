// Ledgers added up: what each worker, slot, operation, kernel, pass or block cost, in one job
// or in several.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/cost.h"
#include "mote/v1/job.pb.h"
#include "mote/v1/ledger.pb.h"

namespace mote::client {

enum class RollupBy { kStage, kPass, kOperation, kKernel, kWorker, kSlot, kBlock };

// What `mote cost --by` takes: "stage", "pass", "operation", "kernel", "worker", ….
std::vector<std::string> RollupNames();
std::optional<RollupBy> ParseRollup(std::string_view name);
// Stages, passes and blocks are a job's own: a name says nothing about those of another.
bool IsOfOneJob(RollupBy by);

struct Rollup {
  std::string name;      // "work pass 3", "w1 slot 0"
  int64_t jobs = 0;      // that have it
  int64_t attempts = 0;  // all of them
  int64_t wasted = 0;    // of these: failed, given back, or beaten
  int64_t device_ns = 0, wasted_ns = 0;
  // Tasks and their wall times: of those that were settled. Phases and bytes: of attempts
  // that settled some.
  Cost cost;
  // T' = T + α·(C + S), of stages and operations as the coordinator has it, else of `cost`
  // with the α of each task's stage.
  double predicted_seconds = 0;
  double measured_seconds = 0;  // T + communication, of the same
  std::optional<double> bill;   // of stages and operations, where the jobs have a price
};

struct JobRollup {
  v1::Job job;
  // In the order in which the names came up first; workers and slots by name. Stages and
  // operations of which nothing ran have a row too.
  std::vector<Rollup> rows;
  // Attempts whose columns cannot be read, "worker w1, tasks 0 to 99: why": their tasks count,
  // but for what each took.
  std::vector<std::string> unreadable;
};

JobRollup RollUp(v1::Job job, const std::vector<v1::LedgerEntry>& entries, RollupBy by);

// The rows of all of them, those of one name as one. Histograms are added bucket by
// bucket: a quantile is that of all the tasks together.
std::vector<Rollup> MergeRollups(const std::vector<JobRollup>& jobs, RollupBy by);

}  // namespace mote::client
