// What `prepare` does before its statistics where a split depends on a whole column.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/prepare/order_cuts.h"
#include "coordinator/plan/registry.h"
#include "tests/coordinator/plan/planning.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

PlannedStage Splitting(const Json& split, int64_t rows = 1000, int64_t rows_per_task = 100) {
  PlannedStage stage{*BuiltinPlanners().Find("prepare"), {{"label", "y"}, {"split", split}}};
  stage.tasks.rows = rows_per_task;
  stage.inputs = {{"input", TableOf(rows, rows * 50)}};
  return stage;
}

CompletedPass CutsOf(const std::vector<OrderCut>& cuts) {
  CompletedPass done;
  done.root.bytes = Json{{"cuts", EncodeCuts(cuts)}}.dump();
  return done;
}

Json ParametersOf(const PlanStep& step) { return *ParseJson(step.passes.at(0).parameters); }

const Json kHalves = {{"train", 0.5}, {"test", 0.5}, {"order", "day"}};

TEST(SplitPasses, OrderIsNarrowedUntilEachCutIsFound) {
  PlannedStage stage = Splitting(kHalves);
  const PlanStep first = *stage.Next();
  EXPECT_EQ(first.passes.at(0).kernel, "prepare.order");
  EXPECT_EQ(first.passes.at(0).task_count, 10);
  EXPECT_EQ(ParametersOf(first)["cuts"], EncodeCuts({OrderCut()}));

  const PlanStep narrow = *stage.Next({Completed(TableOf(10, 480))});
  EXPECT_EQ(narrow.passes.at(0).kernel, "prepare.cuts");
  EXPECT_EQ(narrow.passes.at(0).task_count, 1);
  EXPECT_EQ(narrow.passes.at(0).inputs.at("entries").bytes, "descriptor");

  OrderCut open, found;
  open.rank = 500;
  open.low = {3, 17};
  found.rank = 1000;
  found.found = true;
  const PlanStep again = *stage.Next({CutsOf({open, found})});
  EXPECT_EQ(again.passes.at(0).kernel, "prepare.order");
  EXPECT_EQ(ParametersOf(again)["cuts"], EncodeCuts({open, found}));

  ASSERT_TRUE(stage.Next({Completed(TableOf(10, 480))}).ok());
  open.high = {3, 18};
  open.found = true;
  const PlanStep profile = *stage.Next({CutsOf({open, found})});
  EXPECT_EQ(profile.passes.at(0).kernel, "prepare.profile");
  EXPECT_EQ(ParametersOf(profile)["cuts"], EncodeCuts({open, found}));
}

TEST(SplitPasses, OrderOfManyRowsIsLookedAtInFewTasks) {
  PlannedStage stage = Splitting(kHalves, 3'000'000'000, 1000);
  const PlanStep step = *stage.Next();
  EXPECT_LE(step.passes.at(0).task_count * kOrderTaskEntriesMin * 2, kOrderEntriesMax);
  EXPECT_EQ(ParametersOf(step)["entries_max"], kOrderTaskEntriesMin);
}

TEST(SplitPasses, CutsOfOtherSplitsAreRefused) {
  PlannedStage stage = Splitting(kHalves);
  ASSERT_TRUE(stage.Next().ok());
  ASSERT_TRUE(stage.Next({Completed(TableOf(10, 480))}).ok());
  EXPECT_THAT(Message(stage.Next({CutsOf({OrderCut()})}).status()), HasSubstr("cuts of other splits"));
}

TEST(SplitPasses, CutsThatNothingNarrowsEndTheStage) {
  PlannedStage stage = Splitting(kHalves);
  absl::StatusOr<PlanStep> step = stage.Next();
  for (int round = 0; round < 100 && step.ok(); ++round) {
    step = stage.Next({Completed(TableOf(10, 480))});
    ASSERT_TRUE(step.ok()) << step.status();
    step = stage.Next({CutsOf({OrderCut(), OrderCut()})});
  }
  EXPECT_THAT(Message(step.status()), HasSubstr("no pass narrows the cuts"));
}

const Json kShares = {{"train", 0.5}, {"test", 0.5}, {"stratify", "y"}};

TEST(SplitPasses, CountsOfClassesGoToEachPassOverTheRows) {
  PlannedStage stage = Splitting(kShares);
  const PlanStep counts = *stage.Next();
  EXPECT_EQ(counts.passes.at(0).kernel, "prepare.strata");
  EXPECT_EQ(counts.tasks_to_come, 20);
  const PlanStep profile = *stage.Next({Completed(TableOf(20, 600))});
  EXPECT_EQ(profile.passes.at(0).kernel, "prepare.profile");
  EXPECT_EQ(profile.passes.at(0).task_count, counts.passes.at(0).task_count);
  EXPECT_EQ(profile.passes.at(0).inputs.at("strata").bytes, "descriptor");
}

TEST(SplitPasses, TooManyCountsAreRefusedWithTheRemedy) {
  PlannedStage stage = Splitting(kShares);
  ASSERT_TRUE(stage.Next().ok());
  const absl::Status refused = stage.Next({Completed(TableOf(1'500'000, 40'000'000))}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(Message(refused),
              HasSubstr("take 40000000 bytes, at most 33554432 are allowed; cut the input into fewer"));
}

TEST(SplitPasses, AbsentTasksLeaveNoPlaceForTheirRows) {
  for (const Json& split : {kShares, kHalves}) {
    PlannedStage stage = Splitting(split);
    ASSERT_TRUE(stage.Next().ok());
    CompletedPass done = Completed(TableOf(20, 600));
    done.absent_count = 3;
    EXPECT_THAT(Message(stage.Next({done}).status()), HasSubstr("split: 3 tasks are quarantined"));
  }
}

TEST(SplitPasses, OtherSplitsNeedNone) {
  for (const char* rule : {"rows", "random"}) {
    PlannedStage stage = Splitting({{"train", 0.5}, {"order", rule}});
    EXPECT_EQ(stage.Next()->passes.at(0).kernel, "prepare.profile");
    EXPECT_EQ(stage.memo, "profile");
  }
}

}  // namespace
}  // namespace mote::coordinator
