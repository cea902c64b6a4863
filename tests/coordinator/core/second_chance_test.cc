// Reuse of stored stages, and jobs that are retried.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "coordinator/core/reuse_index.h"
#include "coordinator/plan/rows.h"
#include "tests/testing/core_harness.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

// One pass of as many tasks as `tasks:` says, then its rows.
class OnePassPlanner : public mc::Planner {
 public:
  OnePassPlanner(const std::string& name, bool takes_input) {
    description_.name = name;
    description_.outputs = {"result"};
    description_.takes_input = takes_input;
    description_.parameters = {
        {.name = "version", .kind = Parameter::Kind::kInteger, .default_value = "1", .summary = ""}};
  }
  const mc::OperationDescription& description() const override { return description_; }
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    if (!context.completed.empty()) return mc::YieldResult(context);
    PassSpec pass;
    pass.kernel = description_.name;
    pass.parameters = context.parameters.dump();
    pass.task_count = context.tasks.count;
    pass.reducer = "concat";
    if (description_.takes_input) pass.inputs["input"] = context.inputs.at("input").content;
    return mc::RunOnce(std::move(pass));
  }

 private:
  mc::OperationDescription description_;
};

mc::StageSpec Stage(const std::string& name, const std::string& operation, int64_t tasks,
                    const std::string& input = "") {
  mc::StageSpec stage;
  stage.name = name;
  stage.operation = operation;
  stage.input = input;
  stage.tasks.count = tasks;
  return stage;
}

// load (4 tasks) → work (8 tasks) → the output "answer".
mc::JobSpec LoadThenWork(int version = 1) {
  mc::JobSpec spec;
  spec.name = "test";
  spec.stages = {Stage("data", "load", 4), Stage("result", "work", 8, "data")};
  spec.stages[1].parameters = absl::StrCat(R"({"version": )", version, "}");
  spec.outputs = {{"answer", "result", "", ""}};
  return spec;
}

class SecondChance : public ::testing::Test {
 protected:
  void SetUp() override { c_.Connect("w1"); }

  // Does what is leased until nothing is; tasks in `broken_` report an error. Remembers
  // which tasks of "work" ran.
  void RunAll() {
    for (bool moved = true; moved;) {
      moved = false;
      for (const mc::SendLease& lease : c_.TakeLeases("w1")) {
        moved = true;
        Run(lease);
      }
    }
  }

  void Run(const mc::SendLease& lease) {
    const TaskRange range = lease.token.block.range(lease.pass->task_count);
    const auto broken = broken_.lower_bound(range.begin);
    const bool breaks = lease.pass->kernel == "work" && broken != broken_.end() && *broken < range.end;
    const int64_t done = breaks ? *broken - range.begin : range.size();
    for (int64_t task = range.begin; task < range.begin + done; ++task)
      ran_.insert(absl::StrCat(lease.pass->kernel, task));
    if (!breaks) return c_.ReportDone("w1", lease);
    c_.ReportFault("w1", lease, FaultKind::kApplication, *broken, done);
  }

  void Restart() {
    c_.Restart();
    c_.Connect("w1");
  }

  absl::Status Retry(JobId job) {
    c_.Send(mc::RetryJob{CallId{500}, job, "tester"});
    return c_.replies().back().status;
  }

  std::string Answer(JobId job) { return c_.TableBytes(c_.View(job).outputs.at(0).output); }

  // "load" reads nothing, "work" reads its input.
  const PlannersWith planners_{{std::make_shared<OnePassPlanner>("load", /*takes_input=*/false),
                                std::make_shared<OnePassPlanner>("work", /*takes_input=*/true)}};
  CoreHarness c_{planners_};
  std::set<int64_t> broken_;
  std::multiset<std::string> ran_;
};

using Reuse = SecondChance;
using RetriedJob = SecondChance;

TEST_F(Reuse, TheSameJobAgainRunsNothingAndHasTheSameResult) {
  const JobId first = *c_.Submit(LoadThenWork());
  RunAll();
  ran_.clear();
  const JobId second = *c_.Submit(LoadThenWork());
  EXPECT_EQ(c_.View(second).state, mc::JobState::kSucceeded) << "at once";
  EXPECT_EQ(c_.View(second).stages[0].reused_from, first);
  EXPECT_EQ(c_.View(second).stages[1].reused_from, first);
  EXPECT_EQ(c_.View(first).stages[1].reused_from, std::nullopt);
  EXPECT_EQ(Answer(second), Answer(first));
  const JobId third = *c_.Submit(LoadThenWork());
  EXPECT_EQ(c_.View(third).stages[0].reused_from, first) << "the job that ran it, not the one that reused it";
  Restart();
  EXPECT_EQ(c_.View(third).stages[1].reused_from, first);
  EXPECT_EQ(Answer(third), Answer(first));
}

TEST_F(Reuse, AnEditedLastStageRunsAlone) {
  c_.Submit(LoadThenWork(1)).value();
  RunAll();
  ran_.clear();
  const JobId edited = *c_.Submit(LoadThenWork(2));
  RunAll();
  EXPECT_EQ(c_.View(edited).state, mc::JobState::kSucceeded);
  EXPECT_EQ(ran_.size(), 8u);
  EXPECT_EQ(ran_.count("load0"), 0u);
}

TEST_F(Reuse, WorksAfterARestart) {
  c_.Submit(LoadThenWork()).value();
  RunAll();
  Restart();
  EXPECT_EQ(c_.View(*c_.Submit(LoadThenWork())).state, mc::JobState::kSucceeded);
}

TEST_F(Reuse, IsDeclinedByNoReuseAndAcrossTenants) {
  c_.Submit(LoadThenWork()).value();
  RunAll();
  mc::JobSpec declined = LoadThenWork();
  declined.no_reuse = true;
  EXPECT_FALSE(IsTerminal(c_.View(*c_.Submit(declined)).state));
  mc::JobSpec other = LoadThenWork();
  other.tenant = "another";
  EXPECT_FALSE(IsTerminal(c_.View(*c_.Submit(other)).state));
}

TEST_F(Reuse, WhatAnotherJobHasPaidIsNotBilledAgain) {
  const auto run_timed = [&] {  // a second for each task
    for (std::vector<mc::SendLease> leases; !(leases = c_.TakeLeases("w1")).empty();) {
      for (const mc::SendLease& lease : leases) {
        c_.Advance(absl::Seconds(lease.token.block.size(lease.pass->task_count)));
        Run(lease);
      }
    }
  };
  c_.task_duration = absl::Seconds(1);
  mc::JobSpec spec = LoadThenWork();
  spec.price = Price{1, 0};
  spec.budget = 12.5;
  const JobId first = *c_.Submit(spec);
  run_timed();
  ASSERT_EQ(c_.View(first).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c_.View(first).bill->total, 12);
  const JobId second = *c_.Submit(spec);
  ASSERT_EQ(c_.View(second).state, mc::JobState::kSucceeded) << "at once";
  EXPECT_EQ(c_.View(second).bill->total, 0);
  mc::JobSpec edited = LoadThenWork(2);
  edited.price = spec.price;
  edited.budget = 8.5;
  const JobId third = *c_.Submit(edited);
  run_timed();
  EXPECT_EQ(c_.View(third).state, mc::JobState::kSucceeded) << "of load it takes what is stored";
  EXPECT_EQ(c_.View(third).bill->total, 8);
}

TEST_F(Reuse, AStageWithAbsentTasksIsNotReused) {
  mc::JobSpec spec = LoadThenWork();
  spec.stages[1].on_bad_task = mc::TaskPolicy::kQuarantine;
  broken_ = {3};
  const JobId first = *c_.Submit(spec);
  RunAll();
  EXPECT_EQ(c_.View(first).state, mc::JobState::kPartlyQuarantined);
  broken_.clear();
  const JobId second = *c_.Submit(spec);
  RunAll();
  EXPECT_EQ(c_.View(second).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c_.View(second).stages[0].reused_from, first);
  EXPECT_EQ(c_.View(second).stages[1].reused_from, std::nullopt);
}

TEST(ReuseOfTrials, OperationsForTryingTheEngineAlwaysRun) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(OneStage("echo", 4)).value();
  c.RunAll();
  const JobId again = *c.Submit(OneStage("echo", 4));
  EXPECT_FALSE(IsTerminal(c.View(again).state));
}

TEST(ReuseIndex, IsBoundedAndForgetsTheOldestJobs) {
  mc::ReuseIndex index(3);
  for (uint64_t job = 1; job <= 5; ++job) index.Put(Sha256(absl::StrCat(job)), {JobId{job}, 0});
  EXPECT_EQ(index.size(), 3u);
  EXPECT_EQ(index.Find(Sha256("2")), std::nullopt);
  EXPECT_EQ(index.Find(Sha256("3"))->job, JobId{3});
  index.Put(Sha256("3"), {JobId{9}, 1});
  EXPECT_EQ(index.Find(Sha256("3"))->job, JobId{9});
  index.Put(Sha256("3"), {JobId{4}, 1});
  EXPECT_EQ(index.Find(Sha256("3"))->job, JobId{9}) << "the newer job stays";
  index.Forget({JobId{9}, 1});
  EXPECT_EQ(index.Find(Sha256("3")), std::nullopt);
}

TEST_F(RetriedJob, GoesOnWhereItFailed) {
  broken_ = {5};
  const JobId job = *c_.Submit(LoadThenWork());
  RunAll();
  ASSERT_EQ(c_.View(job).state, mc::JobState::kFailed);
  broken_.clear();
  ASSERT_TRUE(Retry(job).ok());
  EXPECT_EQ(c_.View(job).failure, std::nullopt);
  RunAll();
  EXPECT_EQ(c_.View(job).state, mc::JobState::kSucceeded);
  for (int task = 0; task < 4; ++task) EXPECT_EQ(ran_.count(absl::StrCat("load", task)), 1u) << task;
  for (int task = 0; task < 5; ++task) EXPECT_EQ(ran_.count(absl::StrCat("work", task)), 1u) << task;
  const std::string answer = Answer(job);
  mc::JobSpec fresh = LoadThenWork();
  fresh.no_reuse = true;
  const JobId undisturbed = *c_.Submit(fresh);
  RunAll();
  EXPECT_EQ(answer, Answer(undisturbed));
}

TEST_F(RetriedJob, GoesOnAlsoAfterARestart) {
  broken_ = {5};
  const JobId job = *c_.Submit(LoadThenWork());
  RunAll();
  Restart();
  broken_.clear();
  ran_.clear();
  ASSERT_TRUE(Retry(job).ok());
  RunAll();
  EXPECT_EQ(c_.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(ran_.count("work0"), 0u);
  Restart();
  EXPECT_EQ(c_.View(job).state, mc::JobState::kSucceeded);
}

TEST_F(RetriedJob, RunsQuarantinedTasksAndWhatReadsThemAndNothingElse) {
  mc::JobSpec spec = LoadThenWork();
  spec.stages[1].tasks.count = 100;
  spec.stages[1].on_bad_task = mc::TaskPolicy::kQuarantine;
  spec.stages.push_back(Stage("after", "work", 2, "result"));
  spec.outputs.push_back({"last", "after", "", ""});
  broken_ = {3, 57, 99};
  const JobId job = *c_.Submit(spec);
  RunAll();
  ASSERT_EQ(c_.View(job).state, mc::JobState::kPartlyQuarantined);
  EXPECT_EQ(c_.View(job).outputs.at(0).output.rows, 97);
  Restart();
  broken_.clear();
  ran_.clear();
  ASSERT_TRUE(Retry(job).ok());
  EXPECT_EQ(c_.View(job).stages[1].tasks_committed, 97) << "begins with what is kept";
  RunAll();
  EXPECT_EQ(c_.View(job).state, mc::JobState::kSucceeded);
  EXPECT_THAT(ran_, UnorderedElementsAre("work3", "work57", "work99", "work0", "work1")) << "the last two: stage after";
  EXPECT_TRUE(c_.View(job).absent.empty());
  EXPECT_EQ(c_.View(job).outputs.at(0).output.rows, 100);
  spec.no_reuse = true;
  const JobId undisturbed = *c_.Submit(spec);
  RunAll();
  EXPECT_EQ(Answer(job), Answer(undisturbed));
}

TEST_F(RetriedJob, APassWithoutAnyResultRunsWhole) {
  mc::JobSpec spec = LoadThenWork();
  spec.stages[1].tasks.count = 2;
  spec.stages[1].on_bad_task = mc::TaskPolicy::kQuarantine;
  broken_ = {0, 1};
  const JobId job = *c_.Submit(spec);
  RunAll();
  ASSERT_EQ(c_.View(job).absent.size(), 2u);
  broken_.clear();
  ran_.clear();
  ASSERT_TRUE(Retry(job).ok());
  RunAll();
  EXPECT_THAT(ran_, ElementsAre("work0", "work1"));
  EXPECT_EQ(c_.View(job).outputs.at(0).output.rows, 2);
}

TEST_F(RetriedJob, MayFailAgainAndBeRetriedAgain) {
  mc::JobSpec spec = LoadThenWork();
  spec.stages[1].on_bad_task = mc::TaskPolicy::kQuarantine;
  broken_ = {2, 6};
  const JobId job = *c_.Submit(spec);
  RunAll();
  broken_ = {6};
  ASSERT_TRUE(Retry(job).ok());
  RunAll();
  EXPECT_EQ(c_.View(job).state, mc::JobState::kPartlyQuarantined);
  ASSERT_EQ(c_.View(job).absent.size(), 1u);
  EXPECT_EQ(c_.View(job).absent[0].task, 6);
  broken_.clear();
  ran_.clear();
  ASSERT_TRUE(Retry(job).ok());
  RunAll();
  EXPECT_THAT(ran_, ElementsAre("work6"));
  EXPECT_EQ(c_.View(job).state, mc::JobState::kSucceeded);
}

TEST_F(RetriedJob, BeyondTheLimitRunsItsIncompleteStagesWhole) {
  c_.options.retryable_jobs_max = 1;
  Restart();
  broken_ = {5};
  const JobId first = *c_.Submit(LoadThenWork(1));
  RunAll();
  const JobId second = *c_.Submit(LoadThenWork(2));
  RunAll();
  ASSERT_EQ(c_.View(second).state, mc::JobState::kFailed);
  EXPECT_TRUE(c_.core().state().FindJob(first)->passes.empty());
  broken_.clear();
  ran_.clear();
  ASSERT_TRUE(Retry(first).ok());
  RunAll();
  EXPECT_EQ(c_.View(first).state, mc::JobState::kSucceeded);
  EXPECT_EQ(ran_.size(), 8u);
}

TEST_F(RetriedJob, WithNothingToRetryIsRefusedWithAReason) {
  const JobId job = *c_.Submit(LoadThenWork());
  EXPECT_THAT(std::string(Retry(job).message()), HasSubstr("has not ended"));
  RunAll();
  EXPECT_THAT(std::string(Retry(job).message()), HasSubstr("has succeeded"));
  const JobId cancelled = *c_.Submit(LoadThenWork(9));
  c_.Cancel(cancelled);
  EXPECT_EQ(Retry(cancelled).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Retry(JobId{99}).code(), absl::StatusCode::kNotFound);
}

TEST_F(RetriedJob, KeepsItsCostAndItsStory) {
  broken_ = {5};
  const JobId job = *c_.Submit(LoadThenWork());
  RunAll();
  broken_.clear();
  ASSERT_TRUE(Retry(job).ok());
  RunAll();
  EXPECT_EQ(c_.View(job).stages[1].cost.attempts_lost, 1);
  EXPECT_EQ(c_.core().state().FindJob(job)->story.failed(), 1);
}

}  // namespace
}  // namespace mote::testing
