#include "client/text/cost_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "client/text/cost_table.h"

namespace mote::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

v1::CostSummary& AddStage(v1::Job* job, const std::string& name, double compute_seconds) {
  v1::StageStatus& stage = *job->add_stages();
  stage.set_name(name);
  stage.mutable_cost()->set_tasks(100);
  stage.mutable_cost()->set_compute_seconds(compute_seconds);
  return *stage.mutable_cost();
}

v1::Job JobOf(uint64_t id) {
  v1::Job job;
  job.set_id(id);
  return job;
}

// The line that begins, after its stage's name if it has one, with `quantity`, without
// the spaces between columns.
std::vector<std::string> CellsOf(const std::string& text, const std::string& quantity) {
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(text, '\n'))) {
    if (absl::StrContains(line, quantity)) return absl::StrSplit(line, ' ', absl::SkipEmpty());
  }
  return {};
}

TEST(CostComparison, QuantitiesOfAStageStandBesideEachOtherWithTheirChange) {
  v1::Job before = JobOf(3), after = JobOf(7);
  AddStage(&before, "fit", 2).set_network_bytes(1 << 20);
  AddStage(&after, "fit", 3).set_network_bytes(1 << 20);
  const std::string text = CostComparisonText(before, after);
  EXPECT_THAT(CellsOf(text, "STAGE"), ElementsAre("STAGE", "QUANTITY", "JOB", "3", "JOB", "7", "CHANGE"));
  EXPECT_THAT(CellsOf(text, "compute"), ElementsAre("compute", "2.00", "s", "3.00", "s", "+50.0%"));
  EXPECT_THAT(CellsOf(text, "network"), ElementsAre("network", "1.00", "MiB", "1.00", "MiB", "="));
  EXPECT_THAT(text, Not(HasSubstr("wasted"))) << "neither run wasted anything";
  EXPECT_THAT(CellsOf(text, "total"), ElementsAre("total", "tasks", "100", "100", "="));
}

TEST(CostComparison, AlphaAndWhatItPredictsStandBesideEachOther) {
  v1::Job before = JobOf(3), after = JobOf(7);
  v1::CostSummary& cost = AddStage(&before, "fit", 2);
  cost.set_alpha_seconds_per_byte(5e-7);
  cost.set_alpha_r_squared(0.5);
  cost.set_alpha_samples(10);
  cost.set_predicted_seconds(2.5);
  AddStage(&after, "fit", 3).set_predicted_seconds(3);
  const std::string text = CostComparisonText(before, after);
  EXPECT_THAT(CellsOf(text, "α s/B"), ElementsAre("α", "s/B", "5e-07", "-", "removed"));
  EXPECT_THAT(CellsOf(text, "R²"), ElementsAre("R²", "0.50", "-", "removed"));
  EXPECT_THAT(CellsOf(text, "T'"), ElementsAre("T'", "2.50", "s", "3.00", "s", "+20.0%"));
}

TEST(CostComparison, StagesOfOneRunOnlyAreNamedAsAddedOrRemoved) {
  v1::Job before = JobOf(1), after = JobOf(2);
  AddStage(&before, "old", 2);
  AddStage(&after, "new", 2);
  const std::string text = CostComparisonText(before, after);
  EXPECT_THAT(CellsOf(text, "old"), ElementsAre("old", "tasks", "100", "-", "removed"));
  EXPECT_THAT(CellsOf(text, "new"), ElementsAre("new", "tasks", "-", "100", "added"));
}

TEST(CostComparison, BillsStandBesideEachOtherAndOneThatIsNotThereIsNoZero) {
  v1::Job before = JobOf(1), after = JobOf(2);
  AddStage(&before, "fit", 2).set_bill(2);
  v1::CostSummary& cost = AddStage(&after, "fit", 2);
  cost.set_bill(3);
  EXPECT_THAT(CellsOf(CostComparisonText(before, after), "bill"), ElementsAre("bill", "2.00", "3.00", "+50.0%"));
  cost.clear_bill();
  EXPECT_THAT(CellsOf(CostComparisonText(before, after), "bill"), ElementsAre("bill", "2.00", "-", "removed"));
  before.mutable_stages(0)->mutable_cost()->clear_bill();
  EXPECT_THAT(CostComparisonText(before, after), Not(HasSubstr("bill")));
}

TEST(CostComparison, ScriptsGetBothRunsWhole) {
  v1::Job before = JobOf(1), after = JobOf(2);
  AddStage(&before, "fit", 2);
  AddStage(&after, "fit", 3);
  EXPECT_EQ(CostComparisonJson(before, after)["before"], CostJson(before));
  EXPECT_EQ(CostComparisonJson(before, after)["after"], CostJson(after));
}

TEST(CostCsv, EachLineHasTheFieldsThatTheFirstOneNames) {
  v1::Job job = JobOf(1);
  AddStage(&job, "a, \"quoted\" stage", 2);
  const std::vector<std::string> lines = absl::StrSplit(CostCsv(job), '\n');
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[0], HasSubstr("stage,tasks,fetch_seconds"));
  EXPECT_THAT(lines[1], HasSubstr("\"a, \"\"quoted\"\" stage\",100,0.0"));
  EXPECT_THAT(lines[2], HasSubstr("total,100,0.0"));
  const std::vector<std::string> names = absl::StrSplit(lines[0], ',');
  EXPECT_EQ(names.back(), "reused_from");
  EXPECT_TRUE(lines[2].ends_with(",,")) << "nothing was measured, and a total is of no one job";
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(lines[2], ',')).size(), names.size());
}

}  // namespace
}  // namespace mote::client
