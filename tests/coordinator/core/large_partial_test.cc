// Partials that are too large to travel: kept by reference, folded by leased tasks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/core/reference_workers.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Le;

TEST(LargePartial, TreeIsFoldedByLeasedTasksToTheBitsOfAPlainFold) {
  for (const int64_t tasks : {1, 2, 5, 16, 17, 300, 1000}) {
    CoreHarness c;
    ReferenceWorkers workers(c);
    for (const char* name : {"w1", "w2", "w3"}) c.Connect(name);
    const JobId job = *c.Submit(SumJob(tasks));
    // The first two work in turns, the third falls ever further behind.
    for (int round = 0; c.View(job).state == mc::JobState::kRunning || round == 0; ++round) {
      bool any = workers.RunOne("w1");
      any = workers.RunOne("w2") || any;
      if (round % 5 == 0 || !any) any = workers.RunOne("w3") || any;
      ASSERT_TRUE(any || c.View(job).state != mc::JobState::kRunning) << "nothing is left to do";
    }
    ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
    EXPECT_EQ(AnswerOf(c, job), PlainSum(tasks)) << tasks << " tasks";
    EXPECT_THAT(workers.fold_inputs, Each(AllOf(Ge(2u), Le(16u))));
  }
}

TEST(LargePartial, TaskThatFinishesFoldsTheLastNodesItself) {
  for (const int64_t tasks : {2, 5, 8}) {
    CoreHarness c;
    ReferenceWorkers workers(c);
    c.Connect("w1");
    c.Connect("w2");
    const JobId job = *c.Submit(SumJob(tasks));
    while (workers.RunOne("w1") || workers.RunOne("w2")) {
    }
    EXPECT_EQ(Count<mc::FoldPlanned>(c), 0) << tasks;
    EXPECT_EQ(Count<mc::FinishPlanned>(c), 1) << tasks;
    EXPECT_EQ(AnswerOf(c, job), PlainSum(tasks));
  }
}

TEST(LargePartial, FoldingGoesOnWhileThePassComputes) {
  CoreHarness c;
  ReferenceWorkers workers(c);
  c.Connect("w1");
  const JobId job = *c.Submit(SumJob(1000));
  while (workers.fold_inputs.size() < 3) ASSERT_TRUE(workers.RunOne("w1"));
  EXPECT_LT(c.View(job).stages.at(0).tasks_committed, 100);
}

TEST(LargePartial, FoldTasksSurviveARestartBeforeTheyHaveRun) {
  CoreHarness c;
  ReferenceWorkers workers(c);
  c.Connect("w1");
  const JobId job = *c.Submit(SumJob(300));
  mc::SendLease before;
  for (before = c.TakeLease("w1"); before.pass->kernel != "fold"; before = c.TakeLease("w1")) workers.Run("w1", before);
  c.Restart();
  c.Connect("w1");
  mc::SendLease after = c.TakeLease("w1");
  EXPECT_EQ(after.pass->kernel, "fold");
  EXPECT_EQ(*after.pass, *before.pass);
  workers.Run("w1", after);
  while (workers.RunOne("w1")) {
  }
  EXPECT_EQ(AnswerOf(c, job), PlainSum(300));
}

TEST(LargePartial, IsDroppedFromTheStoreOnceItIsFolded) {
  CoreHarness c;
  ReferenceWorkers workers(c);
  c.Connect("w1");
  const JobId job = *c.Submit(SumJob(20));
  while (workers.RunOne("w1")) {
  }
  ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_FALSE(c.core().state().drops.empty());
  c.Advance(absl::Seconds(20));
  EXPECT_TRUE(c.core().state().drops.empty());
  EXPECT_TRUE(c.core().state().artifact_users.empty());
}

}  // namespace
}  // namespace mote::testing
