// How many tasks a training runs, known before it starts.
#pragma once

#include <cstdint>
#include <string_view>

namespace mote::coordinator {

struct TrainTasks {
  int64_t rows = 0;        // of the table
  int64_t batch_size = 1;  // rows of a step
  int64_t task_rows = 1;   // rows of a gradient task
  int64_t epochs = 1;
  int64_t validation_tasks = 0;  // of an epoch's evaluation; 0: there is none

  int64_t steps() const { return (rows + batch_size - 1) / batch_size; }  // of an epoch
  // Of one step's gradient; `step` counts from 0 in its epoch.
  int64_t GradientTasks(int64_t step) const;
  // What follows a step of this phase of train, at this step of this epoch. Partials that
  // are too large to travel cost tasks besides, which are not counted here.
  int64_t After(std::string_view phase, int64_t epoch, int64_t step) const;

 private:
  int64_t StepsFrom(int64_t step) const;  // tasks of this and the later steps of an epoch
};

}  // namespace mote::coordinator
