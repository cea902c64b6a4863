// `tasks: {calibrated: {}}`: a short measurement chooses how many rows a task reads.
//
// The first tasks of the input are run with one row each, then with as many as take about
// 20 ms, but at most a fiftieth of the rows each time; their results are dropped. A task
// takes a + b·r for r rows, so that two shapes tell a and b. What is chosen is an event of
// the journal (StageCalibrated): from then on the plan is as if the job file had said
// `tasks: {rows: n}`, also in a replay and a retry.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "coordinator/core/calibration.h"
#include "coordinator/core/planner.h"
#include "coordinator/core/transaction.h"

namespace mote::coordinator {

// What is run next to measure it.
struct Probe {
  int64_t rows = 0;   // of a task
  int64_t tasks = 0;  // that are run, at most
  bool operator==(const Probe&) const = default;
};

// nullopt: enough is known to choose, or the input is too small to be worth it.
std::optional<Probe> NextProbe(const std::vector<MeasuredShape>& measured, int64_t rows);

// Rows of a task: so many that what a task costs beside its rows (a) is at most 2 % of it
// and that it takes at least 100 µs; but at most 200 ms, and, before all else, few enough
// that each slot gets eight tasks. At least 1.
int64_t ChooseRows(const std::vector<MeasuredShape>& measured, int64_t rows, int64_t slots);

// The shape that the stage's planner is asked for: the job file's, or the chosen one.
TaskShape ShapeOf(const Job& job, int stage);

// The stage wants its tasks calibrated, and they are not yet.
bool IsCalibrating(const Job& job, int stage);

// Takes up what was measured, and plans the next measurement, or chooses. True: a
// measurement runs; false: the shape is chosen. Errors are the planner's.
absl::StatusOr<bool> Calibrate(Transaction& tx, Job& job, int stage);

}  // namespace mote::coordinator
