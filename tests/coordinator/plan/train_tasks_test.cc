#include "coordinator/plan/train_tasks.h"

#include <gtest/gtest.h>

namespace mote::coordinator {
namespace {

// 100 rows in batches of 32: steps of 4, 4, 4 and 1 tasks of 8 rows (the last has 4 rows).
TrainTasks Some() { return {.rows = 100, .batch_size = 32, .task_rows = 8, .epochs = 3, .validation_tasks = 2}; }

TEST(TrainTasks, TheLastBatchOfAnEpochIsSmaller) {
  EXPECT_EQ(Some().steps(), 4);
  EXPECT_EQ(Some().GradientTasks(2), 4);
  EXPECT_EQ(Some().GradientTasks(3), 1);
}

// Walks through a training as its planner does and adds up what is planned.
TEST(TrainTasks, WhatWasPlannedAndWhatFollowsAlwaysAddUpToTheSame) {
  const TrainTasks tasks = Some();
  const int64_t all = tasks.After("classes", 0, 0);
  EXPECT_EQ(all, 1 + 3 * (4 + 4 + 4 + 1 + 4 + 2) + 1) << "init, per epoch gradients, updates, validation; export";
  int64_t planned = 1;  // init
  EXPECT_EQ(planned + tasks.After("init", 0, 0), all);
  for (int64_t epoch = 0; epoch < tasks.epochs; ++epoch) {
    for (int64_t step = 0; step < tasks.steps(); ++step) {
      planned += tasks.GradientTasks(step);
      EXPECT_EQ(planned + tasks.After("gradient", epoch, step), all) << epoch << " " << step;
      planned += 1;
      EXPECT_EQ(planned + tasks.After("update", epoch, step), all) << epoch << " " << step;
    }
    planned += tasks.validation_tasks;
    EXPECT_EQ(planned + tasks.After("evaluate", epoch, 0), all) << epoch;
  }
  EXPECT_EQ(planned + 1, all);
  EXPECT_EQ(tasks.After("export", 2, 0), 0);
}

TEST(TrainTasks, ABatchLargerThanTheTableIsOneStep) {
  const TrainTasks tasks{.rows = 10, .batch_size = 64, .task_rows = 64, .epochs = 1, .validation_tasks = 0};
  EXPECT_EQ(tasks.steps(), 1);
  EXPECT_EQ(tasks.After("init", 0, 0), 1 + 1 + 1);
}

}  // namespace
}  // namespace mote::coordinator
