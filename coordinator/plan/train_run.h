// A training as its planner finds it: settings, tables and how far it has come, read once
// per call of Next.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/output.h"
#include "coordinator/core/planner.h"
#include "coordinator/plan/site_tables.h"
#include "coordinator/plan/train_progress.h"
#include "coordinator/plan/train_settings.h"
#include "coordinator/plan/train_table.h"
#include "coordinator/plan/train_tasks.h"

namespace mote::coordinator {

inline constexpr int64_t kGradientRows = 64;
inline constexpr int64_t kEvaluateRows = 512;
// Gradients that wait for an update together: what an engine that starts in their midst
// has to take first.
inline constexpr int64_t kStepsPerUpdate = 8;

// Refers to the context, which must outlive it.
struct TrainRun {
  explicit TrainRun(const PlanContext& plan_context) : context(plan_context) {}

  // InvalidArgument: the tables do not fit, or the settings do not fit the tables.
  static absl::StatusOr<TrainRun> Open(const PlanContext& context);

  const PlanContext& context;
  TrainSettings settings;  // of pinned rows each site is a part
  const Output* input = nullptr;
  const Output* validate = nullptr;  // nullptr: none
  TrainTable table;                  // `input`
  int64_t task_rows = 0;             // of a gradient task
  TrainProgress progress;

  int64_t rows() const { return input->rows; }
  bool is_local() const { return settings.parts > 0; }
  std::vector<SiteTable> validation_sites() const;
  TrainTasks tasks() const;
  // What follows the passes that are asked for now.
  int64_t TasksToCome() const;

 private:
  absl::Status FitParts();
};

}  // namespace mote::coordinator
