// How a job's stages move on as their inputs become complete.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing/core_harness.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

mc::StageSpec Noop(const std::string& name, const std::vector<std::string>& after) { return NoopStage(name, 1, after); }

mc::JobSpec JobOf(const std::vector<mc::StageSpec>& stages) {
  mc::JobSpec spec;
  spec.name = "stages";
  spec.stages = stages;
  return spec;
}

std::vector<std::string> Running(const mc::JobView& view) {
  std::vector<std::string> names;
  for (const mc::StageView& stage : view.stages) {
    if (stage.state == mc::StageState::kRunning) names.push_back(stage.name);
  }
  return names;
}

TEST(Stages, OneWaitsForAllThatComeBeforeIt) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(
      JobOf({Noop("last", {"left", "right"}), Noop("left", {"first"}), Noop("right", {"first"}), Noop("first", {})}));
  EXPECT_THAT(Running(c.View(job)), ElementsAre("first"));
  c.ReportDone("w1", c.TakeLease("w1"));
  EXPECT_THAT(Running(c.View(job)), ElementsAre("left", "right"));
  c.ReportDone("w1", c.TakeLease("w1"));
  EXPECT_THAT(Running(c.View(job)), SizeIs(1)) << "last waits for the other one too";
  c.ReportDone("w1", c.TakeLease("w1"));
  EXPECT_THAT(Running(c.View(job)), ElementsAre("last"));
  c.ReportDone("w1", c.TakeLease("w1"));
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Stages, AHundredBesideEachOtherAllComplete) {
  CoreHarness c;
  c.Connect("w1", 3);
  std::vector<mc::StageSpec> stages;
  for (int i = 0; i < 100; ++i) stages.push_back(Noop(absl::StrCat("s", i), {}));
  const JobId job = *c.Submit(JobOf(stages));
  c.RunAll();
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kSucceeded);
  EXPECT_THAT(Running(view), IsEmpty());
  for (const mc::StageView& stage : view.stages) EXPECT_EQ(stage.tasks_committed, 1) << stage.name;
}

TEST(Stages, TasksRunningAreCountedForTheirOwnStage) {
  CoreHarness c;
  const JobId job = *c.Submit(JobOf({Noop("one", {}), Noop("two", {}), Noop("three", {"two"})}));
  c.Connect("w1", 2);
  std::vector<int64_t> running;
  for (const mc::StageView& stage : c.View(job).stages) running.push_back(stage.tasks_running);
  EXPECT_THAT(running, ElementsAre(1, 1, 0));
}

// A first step without any task, then one with a task, then nothing more.
class EmptyFirstPlanner final : public SourceOperation {
 public:
  EmptyFirstPlanner() : SourceOperation("empty_first") {}
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    mc::PlanStep step;
    step.memo = std::string(context.memo) + "+";
    if (context.memo.size() == 2) {
      step.outputs["result"] = Output{OutputKind::kDocument, Value{"done", std::nullopt}, 0, 4};
      return step;
    }
    PassSpec pass;
    pass.kernel = "noop";
    pass.parameters = "{}";
    pass.task_count = static_cast<int64_t>(context.memo.size());
    pass.reducer = "count";
    step.passes = {pass};
    return step;
  }
};

TEST(Stages, AStepWithoutTasksIsCompleteAtOnce) {
  const PlannersWith planners = With<EmptyFirstPlanner>();
  CoreHarness c(planners);
  c.Connect("w1");
  mc::StageSpec first = Noop("first", {}), second = Noop("second", {"first"});
  first.operation = second.operation = "empty_first";
  mc::JobSpec spec = JobOf({first, second});
  spec.no_reuse = true;  // they are equal
  const JobId job = *c.Submit(spec);
  c.RunAll();
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kSucceeded);
  for (const mc::StageView& stage : view.stages) EXPECT_EQ(stage.passes_complete, 2) << stage.name;
}

}  // namespace
}  // namespace mote::testing
