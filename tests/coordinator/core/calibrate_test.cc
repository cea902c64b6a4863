#include "coordinator/core/calibrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"
#include "tests/testing/core_harness.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

constexpr int64_t kRows = 100'000;

std::vector<mc::MeasuredShape> Shapes(double own_seconds, double row_seconds, int64_t second_rows) {
  const auto shape = [&](int64_t rows) {
    return mc::MeasuredShape{rows, absl::Seconds(own_seconds + row_seconds * static_cast<double>(rows))};
  };
  return {shape(1), shape(second_rows)};
}

TEST(ChooseRows, WhatATaskCostsBesideItsRowsIsTwoPercentOfIt) {
  EXPECT_NEAR(mc::ChooseRows(Shapes(1e-4, 1e-6, 1000), 100'000'000, 4), 5000, 1);
}

TEST(ChooseRows, ATaskTakesAtLeastAHundredMicrosecondsAndAtMostTwoHundredMilliseconds) {
  EXPECT_NEAR(mc::ChooseRows(Shapes(0, 1e-6, 1000), 100'000'000, 4), 100, 1);
  EXPECT_NEAR(mc::ChooseRows(Shapes(0.1, 1e-3, 100), 100'000'000, 4), 100, 1);
  EXPECT_EQ(mc::ChooseRows(Shapes(0, 10, 2), 100'000'000, 4), 1);
}

TEST(ChooseRows, EachSlotGetsEightTasks) {
  EXPECT_EQ(mc::ChooseRows(Shapes(1e-3, 1e-9, 4096), 3200, 4), 100);
  EXPECT_EQ(mc::ChooseRows({}, 5, 4), 1);
  EXPECT_EQ(mc::ChooseRows(Shapes(1e-3, 0, 4096), 3200, 4), 100) << "rows that cost nothing";
}

TEST(NextProbe, RowsThatTakeLongAreMeasuredOnce) {
  ASSERT_TRUE(mc::NextProbe({}, kRows));
  EXPECT_EQ(mc::NextProbe({}, kRows)->rows, 1);
  EXPECT_FALSE(mc::NextProbe({{1, absl::Seconds(1)}}, kRows));
  EXPECT_EQ(mc::NextProbe({{1, absl::Milliseconds(1)}}, kRows)->rows, 20);
  EXPECT_EQ(mc::NextProbe({{1, absl::Nanoseconds(1)}}, 1000 * kRows)->rows, 4096) << "bounded";
  EXPECT_FALSE(mc::NextProbe(Shapes(0, 1e-3, 20), kRows));
}

TEST(NextProbe, ASmallInputIsNotWorthAMeasurement) { EXPECT_FALSE(mc::NextProbe({}, 100)); }

TEST(NextProbe, MeasuresAFiftiethOfTheRowsEachTimeAtMost) {
  for (const int64_t rows : {400, 800, 3'200, 20'000, 1'000'000}) {
    const mc::Probe first = *mc::NextProbe({}, rows);
    EXPECT_LE(first.rows * first.tasks, rows / 50) << rows;
    const auto second = mc::NextProbe({{1, absl::Microseconds(1)}}, rows);
    EXPECT_LE(second ? second->rows * second->tasks : 0, rows / 50) << rows;
    EXPECT_EQ(second.has_value(), rows >= 800) << rows;
  }
}

// `table`: so many rows, at once. `scan`: tasks of its rows.
class RowsPlanner final : public mc::Planner {
 public:
  explicit RowsPlanner(bool scans) : scans_(scans) {
    description_.name = scans ? "scan" : "table";
    description_.outputs = {"result"};
    description_.takes_input = scans;
    description_.takes_reduce = scans;
    description_.can_calibrate = scans;
  }
  const mc::OperationDescription& description() const override { return description_; }

  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    if (!scans_) {
      mc::PlanStep step;
      step.outputs["result"] = Output{OutputKind::kTable, Value{"rows", std::nullopt}, kRows, kRows};
      return step;
    }
    if (!context.completed.empty()) return mc::YieldResult(context);
    MOTE_ASSIGN_OR_RETURN(const mc::RowCut cut, mc::CutRows(context.tasks, context.inputs.at("input"), 7));
    PassSpec pass;
    pass.kernel = "scan";
    pass.parameters = Json{{"rows_per_task", cut.rows_per_task}}.dump();
    pass.task_count = cut.task_count;
    MOTE_RETURN_IF_ERROR(mc::SetReducer(context, "count", &pass));
    return mc::RunOnce(std::move(pass));
  }

 private:
  const bool scans_;
  mc::OperationDescription description_;
};

mc::JobSpec CalibratedJob() {
  mc::JobSpec spec = OneStage("scan", 0);
  spec.stages[0].input = "rows.result";
  spec.stages[0].tasks.calibrated = true;
  mc::StageSpec table;
  table.name = "rows";
  table.operation = "table";
  spec.stages.insert(spec.stages.begin(), table);
  return spec;
}

int64_t RowsOf(const mc::SendLease& lease) {
  return ParseJson(lease.pass->parameters)->at("rows_per_task").get<int64_t>();
}

// Runs what is leased, tasks taking 100 µs and 1 µs a row, until they have other shapes
// than `rows`. Answers the first lease of another shape.
mc::SendLease RunShape(CoreHarness& c, int64_t rows) {
  while (true) {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) {
      if (RowsOf(lease) != rows) return lease;
      c.task_duration = absl::Microseconds(100 + rows);
      c.ReportDone("w1", lease);
    }
  }
}

TEST(Calibrate, TwoMeasurementsChooseTheShapeAndTheJournalHasIt) {
  const PlannersWith planners({std::make_shared<RowsPlanner>(false), std::make_shared<RowsPlanner>(true)});
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(CalibratedJob());
  const mc::SendLease second = RunShape(c, 1);
  EXPECT_EQ(RowsOf(second), 198);  // 20 ms at the 101 µs of a task of one row
  EXPECT_EQ(second.pass->task_count, 8);
  EXPECT_FALSE(c.View(job).stages[1].eta) << "how much there is to do is not known yet";
  c.task_duration = absl::Microseconds(298);
  c.ReportDone("w1", second);
  const mc::SendLease third = RunShape(c, 198);
  EXPECT_NEAR(static_cast<double>(RowsOf(third)), 5000, 5);  // 2 % of it are 100 µs
  EXPECT_EQ(third.pass->task_count, 20);
  EXPECT_EQ(c.View(job).stages[1].progress, absl::StrCat("tasks: {rows: ", RowsOf(third), "}, calibrated"));

  c.Restart();  // the shape is not measured again
  c.Connect("w1");
  c.Advance(absl::Seconds(20));
  const mc::SendLease again = c.TakeLease("w1");
  EXPECT_EQ(RowsOf(again), RowsOf(third));
  c.ReportDone("w1", again);
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  for (size_t i = 0; i <= c.journal().size(); ++i) c.CheckSnapshotAt(i);
}

TEST(Calibrate, WhatItsProbesTookIsNoForecastOfTheRest) {
  const PlannersWith planners({std::make_shared<RowsPlanner>(false), std::make_shared<RowsPlanner>(true)});
  CoreHarness c(planners);
  c.Connect("w1");
  mc::JobSpec spec = CalibratedJob();
  spec.price = Price{1, 0};
  const JobId job = *c.Submit(spec);
  int64_t rows = 1, done = 0;
  while (done < 5) {  // of 20 tasks of 5.1 ms, after 24 that were much shorter
    for (const mc::SendLease& lease : c.TakeLeases("w1")) {
      rows = RowsOf(lease);
      c.task_duration = absl::Microseconds(100 + rows);
      c.Advance(c.task_duration * lease.token.block.size(lease.pass->task_count));
      c.ReportDone("w1", lease);
      if (rows > 198) done += lease.token.block.size(lease.pass->task_count);
    }
  }
  const mc::StageView stage = c.View(job).stages[1];
  ASSERT_TRUE(stage.eta);
  const double left = static_cast<double>(stage.tasks_total - stage.tasks_committed);
  EXPECT_NEAR(absl::ToDoubleSeconds(stage.eta->expected), left * 5.1e-3, 0.2 * left * 5.1e-3);
  EXPECT_EQ(stage.probe_tasks, stage.tasks_total - 20);
  EXPECT_GT(stage.probe_bill, 0);
  EXPECT_LT(stage.probe_bill, 0.01);
}

TEST(Calibrate, ARestartBetweenTheMeasurementsGoesOn) {
  const PlannersWith planners({std::make_shared<RowsPlanner>(false), std::make_shared<RowsPlanner>(true)});
  CoreHarness c(planners);
  c.Connect("w1");
  const JobId job = *c.Submit(CalibratedJob());
  RunShape(c, 1);
  c.Restart();
  c.Connect("w1");
  c.Advance(absl::Seconds(20));
  const mc::SendLease second = c.TakeLease("w1");
  EXPECT_EQ(RowsOf(second), 198);
  c.ReportDone("w1", second);
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

}  // namespace
}  // namespace mote::testing
