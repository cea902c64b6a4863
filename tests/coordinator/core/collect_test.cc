#include "coordinator/core/collect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/dataset.h"
#include "common/prepare/prepared_view.h"
#include "tests/testing/core_harness.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const ArtifactRef kRowsBlob{Sha256("rows"), 4, false};
const ArtifactRef kLargeTable{Sha256("a large descriptor"), 100'000, false};
const ArtifactRef kModelBlob{Sha256("model"), 5, false};

// Done at once; it yields tables and a model.
class TablesPlanner final : public SourceOperation {
 public:
  TablesPlanner() : SourceOperation("tables") {}
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext&) const override {
    Dataset dataset;
    dataset.schema = {{{"text", DType::kText, 1}}};
    dataset.segments = {{{kRowsBlob.digest, kRowsBlob.bytes}, 1}};
    dataset.rows = 1;
    mc::PlanStep step;
    step.outputs["result"] = {OutputKind::kTable, {dataset.Encode(), std::nullopt}, 1, 4};
    step.outputs["large"] = {OutputKind::kTable, {"", kLargeTable}, 100, 400};
    step.outputs["model"] = {OutputKind::kBlob, {"", kModelBlob}, 0, 5};
    return step;
  }
};

// Done at once; it yields prepared rows that lie at a worker.
class ViewsPlanner final : public SourceOperation {
 public:
  ViewsPlanner() : SourceOperation("views") { description_.outputs = {"result", "model"}; }
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext&) const override {
    PreparedView view;
    view.table = {"", kRowsBlob};
    view.source = {"", kLargeTable};
    Output table;
    table.kind = OutputKind::kTable;
    table.sites = {{"w1", {view.Encode(), std::nullopt}, 1, 4}};
    mc::PlanStep step;
    step.outputs["result"] = table;
    step.outputs["model"] = {OutputKind::kBlob, {"", kModelBlob}, 0, 5};
    return step;
  }
};

class Collect : public ::testing::Test {
 protected:
  void AdvanceHours(int hours) {
    for (int i = 0; i < hours; ++i) c.Advance(absl::Hours(1), /*heartbeats=*/false);
  }
  const mc::CollectArtifacts& Last() const { return c.collects().back(); }

  const PlannersWith planners_{{std::make_shared<const TablesPlanner>(), std::make_shared<const ViewsPlanner>()}};
  CoreHarness c{planners_};
};

TEST_F(Collect, WhereRowsOfATableLieIsInUse) {
  ASSERT_EQ(c.View(*c.Submit(OneStage("tables", 0))).state, mc::JobState::kSucceeded);
  AdvanceHours(1);
  EXPECT_THAT(Last().in_use, Contains(kRowsBlob));
  EXPECT_THAT(Last().in_use, Contains(kModelBlob));
  EXPECT_THAT(Last().tables, Contains(kLargeTable));
}

TEST_F(Collect, OfAForgottenJobNothingIsInUse) {
  c.options.retention = absl::Hours(2);
  c.Restart();
  ASSERT_TRUE(c.Submit(OneStage("tables", 0)).ok());
  AdvanceHours(4);
  EXPECT_THAT(Last().in_use, IsEmpty());
  EXPECT_THAT(Last().tables, IsEmpty());
}

TEST_F(Collect, ComesOnceAnHourAndNotSoonAfterAStart) {
  c.Restart();
  c.Advance(absl::Minutes(9), false);
  EXPECT_THAT(c.collects(), IsEmpty());
  AdvanceHours(5);
  EXPECT_THAT(c.collects(), SizeIs(5));
}

TEST_F(Collect, WhatAJobThatRunsMayHavePutStays) {
  const absl::Time start = c.now();
  AdvanceHours(1);
  ASSERT_TRUE(c.Submit(OneStage("noop", 10)).ok());
  AdvanceHours(200);
  EXPECT_EQ(Last().put_before, start + absl::Hours(1) - c.options.collect_age_min);
}

TEST_F(Collect, WhatAJobThatMayBeRetriedHasKeptStays) {
  c.Connect("w1");
  const absl::Time submitted = c.now();
  const JobId job = *c.Submit(OneStage("noop", 1));
  for (int i = 0; i < 20 && !mc::IsTerminal(c.View(job).state); ++i) {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportFault("w1", lease, FaultKind::kApplication, 0);
    c.Advance(absl::Minutes(1));
  }
  ASSERT_EQ(c.View(job).state, mc::JobState::kFailed);
  AdvanceHours(200);
  EXPECT_EQ(Last().put_before, submitted - c.options.collect_age_min);
}

TEST_F(Collect, AJobThatWasSubmittedLaterThanNowHoldsAllBack) {
  ASSERT_TRUE(c.Submit(OneStage("noop", 10)).ok());
  c.StepClock(-absl::Hours(24 * 365));
  c.Restart();
  AdvanceHours(100);
  EXPECT_THAT(c.collects(), IsEmpty());
}

TEST_F(Collect, OfPreparedRowsWhatDescribesThemIsInUse) {
  mc::JobSpec spec = OneStage("views", 0);
  spec.outputs[0].from = absl::StrCat(spec.stages[0].name, ".model");  // the rows cannot be handed out
  const JobId job = *c.Submit(spec);
  ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  AdvanceHours(1);
  EXPECT_THAT(Last().in_use, Contains(kRowsBlob));
  EXPECT_THAT(Last().tables, Contains(kLargeTable));
}

TEST_F(Collect, WithoutSuchJobsWhatIsDaysOldGoes) {
  ASSERT_TRUE(c.Submit(OneStage("tables", 0)).ok());
  AdvanceHours(200);
  EXPECT_GT(Last().put_before, c.now() - c.options.collect_age_min - absl::Hours(2));
}

TEST_F(Collect, AClockThatIsSetBackDoesNotEndIt) {
  AdvanceHours(2);
  const size_t before = c.collects().size();
  c.StepClock(-absl::Hours(48));
  c.Restart();
  AdvanceHours(3);
  EXPECT_GT(c.collects().size(), before);
}

}  // namespace
}  // namespace mote::testing
