#include "coordinator/plan/train_tasks.h"

#include <gtest/gtest.h>

namespace mote::coordinator {
namespace {

// 100 rows in batches of 32: steps of 4, 4, 4 and 1 tasks of 8 rows (the last has 4 rows).
TrainTasks Some() { return {.rows = 100, .batch_size = 32, .task_rows = 8, .epochs = 3, .validation_tasks = 2}; }

TEST(TrainTasks, TheLastBatchOfAnEpochIsSmaller) {
  EXPECT_EQ(Some().steps(), 4);
  EXPECT_EQ(Some().StepTasks(2), 4);
  EXPECT_EQ(Some().StepTasks(3), 1);
}

// 101 rows in parts of 26, 25, 25 and 25, rounds of one step of five rows: the last one
// is that of the first part alone.
TrainTasks Parts() {
  return {.rows = 101, .batch_size = 5, .task_rows = 8, .epochs = 2, .validation_tasks = 3, .parts = 4};
}

TEST(TrainTasks, ARoundHasATaskForEachPartThatHasRowsLeft) {
  EXPECT_EQ(Parts().optimizer_steps(), 6);
  EXPECT_EQ(Parts().steps(), 6);
  EXPECT_EQ(Parts().StepTasks(4), 4);
  EXPECT_EQ(Parts().StepTasks(5), 1);
  TrainTasks longer = Parts();
  longer.local_steps = 4;
  EXPECT_EQ(longer.steps(), 2);
  EXPECT_EQ(longer.StepTasks(1), 4) << "at 20 rows of 25 or 26";
  longer.local_steps = 1000;
  EXPECT_EQ(longer.steps(), 1);
  EXPECT_EQ(longer.StepTasks(0), 4);
}

// Walks through a training as its planner does and adds up what is planned.
void ExpectToAddUp(const TrainTasks& tasks) {
  const int64_t all = tasks.After("classes", 0, 0, 0);
  int64_t planned = 1;  // init
  EXPECT_EQ(planned + tasks.After("init", 0, 0, 0), all);
  for (int64_t epoch = 0; epoch < tasks.epochs; ++epoch) {
    int64_t pending = 0;
    for (int64_t step = 0; step < tasks.steps(); ++step) {
      planned += tasks.StepTasks(step);
      ++pending;
      EXPECT_EQ(planned + tasks.After(tasks.parts > 0 ? "round" : "gradient", epoch, step, pending), all)
          << epoch << " " << step;
      if (pending < tasks.steps_per_update && step + 1 < tasks.steps()) continue;
      planned += 1;
      pending = 0;
      EXPECT_EQ(planned + tasks.After("update", epoch, step, pending), all) << epoch << " " << step;
    }
    planned += tasks.validation_tasks;
    EXPECT_EQ(planned + tasks.After("evaluate", epoch, 0, 0), all) << epoch;
  }
  EXPECT_EQ(planned + 1, all);
  EXPECT_EQ(tasks.After("export", 2, 0, 0), 0);
}

TEST(TrainTasks, WhatWasPlannedAndWhatFollowsAlwaysAddUpToTheSame) {
  EXPECT_EQ(Some().After("classes", 0, 0, 0), 1 + 3 * (4 + 4 + 4 + 1 + 4 + 2) + 1)
      << "init, per epoch gradients, updates, validation; export";
  ExpectToAddUp(Some());
  EXPECT_EQ(Parts().After("classes", 0, 0, 0), 1 + 2 * (5 * 4 + 1 + 6 + 3) + 1);
  ExpectToAddUp(Parts());
  for (const int64_t steps : {2, 3, 4, 8}) {
    TrainTasks deferring = Some();
    deferring.steps_per_update = steps;
    ExpectToAddUp(deferring);
  }
}

TEST(TrainTasks, ABatchLargerThanTheTableIsOneStep) {
  const TrainTasks tasks{.rows = 10, .batch_size = 64, .task_rows = 64, .epochs = 1, .validation_tasks = 0};
  EXPECT_EQ(tasks.steps(), 1);
  EXPECT_EQ(tasks.After("init", 0, 0, 0), 1 + 1 + 1);
}

}  // namespace
}  // namespace mote::coordinator
