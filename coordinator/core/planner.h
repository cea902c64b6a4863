// What an operation is to the coordinator: a pure function from what is complete
// to what comes next.
//
// The core asks a stage's planner once when the stage's inputs are complete, and
// again each time every pass of its last answer is complete. What it answers is
// journalled as an event, so a planner is not asked twice for the same step (a
// volatile one may be, after a crash, with the same memo and the same answer).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/fold.h"
#include "common/json_fwd.h"
#include "common/output.h"
#include "common/pass_spec.h"
#include "common/reducer.h"

namespace mote::coordinator {

// How a stage's `tasks:` cuts its input. At most one is set; all 0: the
// operation's own default.
struct TaskShape {
  int64_t rows = 0;   // rows per task
  int64_t bytes = 0;  // about so many input bytes per task
  int64_t count = 0;  // so many tasks
  // A measurement chooses the rows (calibrate.h). Planners never see it.
  bool calibrated = false;
  bool operator==(const TaskShape&) const = default;
};

// A reducer as the job file named it; empty name: the operation's default.
struct ReduceSpec {
  std::string name;
  std::string parameters = "{}";
  bool operator==(const ReduceSpec&) const = default;
};

// One finished pass of the step that the planner asked for last, in its order.
struct CompletedPass {
  Output output;  // what the reducer's Finish yielded (PassSpec::finish)
  Value root;     // the raw root partial otherwise; empty bytes when `absent_all`
  bool absent_all = false;  // no task has a result
  int64_t task_count = 0;
  int64_t absent_count = 0;
  // Instead of `root`, where the pass allows it: the nodes below it, in order, whose
  // partials stay with the workers that made them (apart.h). Never of a journalled pass.
  std::vector<Node> apart = {};
  bool operator==(const CompletedPass&) const = default;
};

struct PlanContext {
  std::string_view stage_name;
  const Json& parameters;  // validated, defaults filled in
  const TaskShape& tasks;
  const ReduceSpec& reduce;
  const std::map<std::string, Output>& inputs;  // "input" (the stage's `input:`), and each
                                                // reference by the parameter's path: "validate", "model"
  std::string_view memo;                        // what the planner answered last; empty at first
  const std::vector<CompletedPass>& completed;  // empty at first
};

struct PlanStep {
  // Carried to the next call: the planner's whole memory of the stage, at most
  // 256 KiB (the stage fails above). Inputs and outputs below may be larger: the core
  // puts what exceeds kInlineBytesMax into blobs.
  std::string memo;
  // Run now; the planner is asked again when all are complete. Empty: done.
  std::vector<PassSpec> passes;
  // A step of an iteration: neither it nor the reports of its passes are
  // journalled, except about once a second; a crash goes back to the last
  // journalled step. Its memo must then name all that is needed to go on.
  bool is_volatile = false;
  // With is_volatile: journal this one in any case (the end of an epoch).
  bool checkpoint = false;
  // Artifacts that `memo` refers to and that passes of this stage made: kept
  // while the step is the newest, or the newest journalled.
  std::vector<ArtifactRef> artifacts;
  // Those that `memo` refers to and workers alone have (CompletedPass::apart): kept while the
  // step is the newest. Such a step is not journalled, whatever else is asked: a crash, or the
  // loss of one of them, goes back to the last that is.
  std::vector<ArtifactRef> apart = {};
  // With no passes: the stage's named outputs.
  std::map<std::string, Output> outputs;
  // With outputs: they become the next version of the bundle of this name (bundles.h).
  std::string publish_as = {};
  // Tasks of the stage after this step, as far as they can be foreseen: for progress.
  int64_t tasks_to_come = 0;
  // For people: "epoch 3 of 20, loss 0.41". May be empty.
  std::string progress;
};

struct OperationDescription {
  std::string name;
  std::string summary;
  std::vector<Parameter> parameters;
  std::vector<std::string> outputs;  // names; "<split>" stands for each of the job's
  // Of outputs, and of what parameters refer to, where it is no table.
  std::map<std::string, OutputKind> kinds = {};
  std::string task_shape;  // what a task is, and the default shape
  bool takes_input = true;
  bool takes_reduce = false;
  // `tasks: {calibrated: {}}` may be asked for: tasks are rows of the input, in a first pass whose
  // parameters name `rows_per_task`, and what a task yields depends on no other task.
  bool can_calibrate = false;
  // `model: name:version` of a bundle with `fitted` gives it all parts of the bundle.
  bool takes_bundle = false;
  bool is_test = false;     // workers need --allow-test-operations
  bool is_command = false;  // workers need --allow-commands
  // Its outputs depend on parameters and inputs alone, and whoever asks for them wants
  // them, not the run (operations for trying the engine are asked for to be run).
  bool is_reusable = true;
};

// Thread-safe: planners are immutable and pure.
class Planner {
 public:
  virtual ~Planner() = default;
  virtual const OperationDescription& description() const = 0;

  // What the declared parameters cannot say (ranges, combinations). Called at
  // submission, after unknown names, wrong types and defaults were dealt with.
  //
  // InvalidArgument: "split.train: 1.2 is not in (0, 1]"
  virtual absl::Status Validate(const Json& parameters) const {
    (void)parameters;
    return absl::OkStatus();
  }

  // Names of the outputs that a stage with these parameters will have.
  virtual std::vector<std::string> OutputNames(const Json& parameters) const {
    (void)parameters;
    return description().outputs;
  }

  // The next step. Errors fail the stage and with it the job:
  //   InvalidArgument  the input does not fit the parameters; names value and remedy
  virtual absl::StatusOr<PlanStep> Next(const PlanContext& context) const = 0;
};

// Planners by operation name. Filled once at start by plan/registry.cc.
class PlannerTable {
 public:
  virtual ~PlannerTable() = default;
  // nullptr when there is no such operation.
  virtual const Planner* Find(std::string_view operation) const = 0;
  // All of them, by name.
  virtual std::vector<const Planner*> All() const = 0;
};

}  // namespace mote::coordinator
