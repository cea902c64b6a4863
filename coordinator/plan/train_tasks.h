// How many tasks a training runs, known before it starts.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace mote::coordinator {

// A step is a pass whose tasks share the work, and a task makes the next state: of the
// gradients of one batch or several, or, with `parts`, of a round in which each part of the
// rows takes `local_steps` steps of the optimizer.
struct TrainTasks {
  int64_t rows = 0;        // of the table
  int64_t batch_size = 1;  // rows of a step; with parts: of a step of each
  int64_t task_rows = 1;   // rows of a gradient task
  int64_t epochs = 1;
  int64_t validation_tasks = 0;         // of an epoch's evaluation; 0: there is none
  int64_t parts = 0;                    // 0: gradients are summed; at most `rows`
  int64_t local_steps = 1;              // with parts: of a round
  int64_t steps_per_update = 1;         // the state takes so many gradients at once
  std::vector<int64_t> site_rows = {};  // of each part, where rows stay at workers; empty: dealt evenly

  // Steps of an epoch: batches, or rounds.
  int64_t steps() const;
  // Steps of the optimizer in an epoch; with parts: of the largest part.
  int64_t optimizer_steps() const;
  // That share the work of one step; `step` counts from 0 in its epoch.
  int64_t StepTasks(int64_t step) const;
  // What follows a step of this phase of train, at this step of this epoch, after which
  // the state has to take `pending` gradients. Partials that are too large to travel cost
  // tasks besides, which are not counted here.
  int64_t After(std::string_view phase, int64_t epoch, int64_t step, int64_t pending) const;

 private:
  int64_t LargestPart() const;
  int64_t PartsLargerThan(int64_t size) const;
  // Tasks of this and the later steps of an epoch, with `pending` gradients before them.
  int64_t StepsFrom(int64_t step, int64_t pending) const;
};

}  // namespace mote::coordinator
