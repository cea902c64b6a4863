// What single tasks of a block cost, from the account that the block keeps.
#pragma once

#include <cstdint>

#include "common/ledger/task_columns.h"
#include "worker/engine/engine_context.h"

namespace mote::engine {

// Not thread-safe.
class TaskMeter {
 public:
  // What the account has by now is of no task. `context` must outlive the meter.
  explicit TaskMeter(EngineContext& context) : context_(context), before_(Totals(context)) {}

  // A task is over that took `wall_ns`.
  void EndTask(int64_t wall_ns, TaskColumnsWriter& columns) {
    const Cost& cost = context_.cost();
    const bool only_computed = context_.phase_ns() == phases_before_ && cost.staged_bytes == before_.staged_bytes &&
                               cost.network_bytes == before_.network_bytes;
    if (only_computed) return columns.AddComputed(wall_ns);
    const TaskCost now = Totals(context_);
    TaskCost task;
    task.wall_ns = wall_ns;
    for (size_t i = 0; i < now.phase_ns.size(); ++i) task.phase_ns[i] = now.phase_ns[i] - before_.phase_ns[i];
    task.staged_bytes = now.staged_bytes - before_.staged_bytes;
    task.network_bytes = now.network_bytes - before_.network_bytes;
    columns.Add(task);
    before_ = now;
    phases_before_ = context_.phase_ns();
  }

 private:
  static TaskCost Totals(EngineContext& context) {
    const Cost& cost = context.cost();
    return {0, cost.phase_ns, cost.staged_bytes, cost.network_bytes};
  }

  EngineContext& context_;
  TaskCost before_;
  int64_t phases_before_ = context_.phase_ns();
};

}  // namespace mote::engine
