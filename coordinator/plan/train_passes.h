// The passes of one step of a training: the tasks that share its work, and the one that
// makes the next state of what they yield.
#pragma once

#include "common/output.h"
#include "common/pass_spec.h"
#include "coordinator/plan/train_progress.h"
#include "coordinator/plan/train_settings.h"
#include "coordinator/plan/train_tasks.h"

namespace mote::coordinator {

// What a step is planned from. Refers to what has to outlive it.
struct TrainStepPlan {
  const TrainSettings& settings;
  const TrainProgress& progress;  // its state is set (checked)
  const TrainTasks tasks;
  const Output& input;

  // One task per `tasks.task_rows` rows of the batch; the root is a sum of gradients.
  PassSpec Gradient() const;
  // State r+1 from `root` of Gradient.
  PassSpec Update(const Value& root) const;
  // One task per part that has rows left; the root is a sum of states.
  PassSpec Local() const;
  // State r+1 from `root` of Local.
  PassSpec Average(const Value& root) const;

 private:
  double Rate(int64_t step) const;  // of the step with this number in the epoch
  int64_t first_local_step() const { return progress.step * settings.local_steps; }
  int64_t local_steps() const;  // of the largest part in this round
};

}  // namespace mote::coordinator
