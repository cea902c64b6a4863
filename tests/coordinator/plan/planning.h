// A vocabulary for tests of planners: ask for a step, answer its passes, ask again.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json.h"
#include "common/json_params.h"
#include "coordinator/core/planner.h"

namespace mote::coordinator {

// A stage before it is planned. Parameters are completed with their defaults, as
// the coordinator does at submission.
struct PlannedStage {
  const Planner& planner;
  Json parameters;
  TaskShape tasks = {};
  ReduceSpec reduce = {};
  std::map<std::string, Output> inputs = {};
  std::string memo = {};

  absl::StatusOr<PlanStep> Next(const std::vector<CompletedPass>& completed = {}) {
    CheckParameters(planner.description().parameters, &parameters);
    const PlanContext context{"stage", parameters, tasks, reduce, inputs, memo, completed};
    absl::StatusOr<PlanStep> step = planner.Next(context);
    if (step.ok()) memo = step->memo;
    return step;
  }

  absl::Status Validate() {
    CheckParameters(planner.description().parameters, &parameters);
    return planner.Validate(parameters);
  }
};

inline CompletedPass Completed(Output output) {
  CompletedPass pass;
  pass.output = std::move(output);
  return pass;
}

inline Output TableOf(int64_t rows, int64_t bytes) {
  Output table;
  table.kind = OutputKind::kTable;
  table.content.bytes = "descriptor";
  table.rows = rows;
  table.bytes = bytes;
  return table;
}

inline std::string Message(const absl::Status& status) { return std::string(status.message()); }

}  // namespace mote::coordinator
