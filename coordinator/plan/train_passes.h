// The passes of one step of a training: the tasks that share its work, and the one that
// makes the next state of what they yield.
//
// A gradient that lies in a store, the coordinator's or those of the workers that made it, waits there for others:
// whoever computes the next one brings the weights up to date itself (worker/engine/torch_kernels/pending_updates.h),
// so that a step is one pass. Every state on the way has a key, a digest of all that made it, by which an engine knows
// what it has already.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/json.h"
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
  // The state that has taken `gradients`, of the last steps before `progress.step`.
  PassSpec Update(const std::vector<StepGradient>& gradients) const;
  // Of what Update yields.
  std::string KeyAfter(const std::vector<StepGradient>& gradients) const { return Keys(gradients).back(); }
  // One task per part that has rows left; the root is a sum of states. Where rows stay at
  // workers, a pass for each of these.
  std::vector<PassSpec> Local() const;
  // State r+1 from the roots of Local.
  PassSpec Average(const std::vector<Value>& roots) const;

 private:
  double Rate(int64_t step) const;  // of the step with this number in the epoch
  std::vector<double> RatesOf(const std::vector<StepGradient>& gradients) const;
  // Of the states before and after each of them.
  std::vector<std::string> Keys(const std::vector<StepGradient>& gradients) const;
  // What the pass needs to bring the state up to date, beside `parameters`.
  void AddUpdates(const std::vector<StepGradient>& gradients, Json parameters, PassSpec* pass) const;
  int64_t first_local_step() const { return progress.step * settings.local_steps; }
  int64_t local_steps() const;  // of the largest part in this round
  PassSpec LocalPass(int64_t parts, int64_t tasks) const;
};

}  // namespace mote::coordinator
