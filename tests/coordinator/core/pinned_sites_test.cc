#include "coordinator/core/pinned_sites.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/testing/core_harness.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One pass of each site, bound to it, one after another as the job's `sites` say.
class BoundPlanner final : public SourceOperation {
 public:
  BoundPlanner() : SourceOperation("bound") {}
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    mc::PlanStep step;
    step.memo = "run";
    if (!context.completed.empty()) {
      step.outputs["result"] = context.completed.front().output;
      return step;
    }
    for (const char* const worker : {"berlin", "paris"}) {
      PassSpec& pass = step.passes.emplace_back();
      pass.kernel = "echo";
      pass.parameters = R"({"bytes":16})";
      pass.task_count = 4;
      pass.reducer = "concat";
      pass.numeric = true;
      pass.worker = worker;
    }
    return step;
  }
};

// Stands for what finds the rows of an input, and has found them.
class FoundPlanner final : public mc::Planner {
 public:
  const mc::OperationDescription& description() const override {
    return mc::BuiltinPlanners().Find("index_shared")->description();
  }
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext&) const override {
    mc::PlanStep step;
    step.outputs["result"].kind = OutputKind::kTable;
    return step;
  }
};

class PinnedSites : public ::testing::Test {
 protected:
  // The input is never read: it says that the job has pinned rows, and how long to wait.
  JobId Submit(absl::Duration wait = absl::ZeroDuration()) {
    mc::JobSpec spec = OneStage("bound", 1);
    spec.stages[0].parameters = "{}";
    spec.stages[0].tasks = {};
    mc::InputSpec input;
    input.name = "rows";
    input.format = "csv";
    input.shared = true;
    input.sites = {{"berlin", "/b.csv"}, {"paris", "/p.csv"}};
    input.site_wait = wait;
    spec.inputs.push_back(input);
    return c.Submit(spec).value();
  }

  // All that the worker is leased, to its end.
  void Finish(const std::string& worker) {
    for (auto leases = c.TakeLeases(worker); !leases.empty(); leases = c.TakeLeases(worker)) {
      for (const mc::SendLease& lease : leases) c.ReportDone(worker, lease);
    }
  }

  void Wait(absl::Duration duration) {
    for (absl::Duration waited; waited < duration; waited += absl::Seconds(1)) c.Advance(absl::Seconds(1));
  }

  const PlannersWith planners_{{std::make_shared<BoundPlanner>(), std::make_shared<FoundPlanner>()}};
  CoreHarness c{planners_};
};

TEST_F(PinnedSites, EachPassRunsAtItsWorkerAlone) {
  const JobId job = Submit();
  c.Connect("rome", 2);
  EXPECT_THAT(c.TakeLeases("rome"), IsEmpty());
  c.Connect("berlin");
  c.Connect("paris");
  for (const char* const name : {"berlin", "paris"}) {
    const std::vector<mc::SendLease> leases = c.TakeLeases(name);
    EXPECT_FALSE(leases.empty()) << name;
    for (const mc::SendLease& lease : leases) {
      const mc::Pass* pass = const_cast<mc::State&>(c.core().state()).FindPass(job, lease.token.pass);
      EXPECT_EQ(pass->spec->worker, name);
    }
  }
  EXPECT_THAT(c.TakeLeases("rome"), IsEmpty());
}

// Who has the rows computes with what it has: another machine than the others'.
TEST_F(PinnedSites, SitesMayBeOfDifferentNumericClasses) {
  Submit();
  c.Connect("berlin", 1, {}, "cpu-avx2");
  c.Connect("paris", 1, {}, "cpu-avx512");
  for (const char* const name : {"berlin", "paris"}) EXPECT_FALSE(c.TakeLeases(name).empty()) << name;
  c.CheckSnapshotAt(c.journal().size());
  c.Goodbye("berlin");
  c.Connect("berlin", 1, {}, "cpu-sse");
  EXPECT_THAT(c.TakeLeases("berlin"), IsEmpty()) << "within one it is to stay the same";
  EXPECT_THAT(c.core().state().jobs.begin()->second->stages[1].site_classes,
              ::testing::ElementsAre(::testing::Pair("berlin", "cpu-avx2"), ::testing::Pair("paris", "cpu-avx512")));
}

TEST_F(PinnedSites, OtherWorkIsNotHeldUpByABoundPass) {
  Submit();
  c.Connect("rome");
  const JobId other = c.Submit(OneStage("noop", 3)).value();
  Finish("rome");
  EXPECT_EQ(c.View(other).state, mc::JobState::kSucceeded);
}

TEST_F(PinnedSites, AWorkerThatIsAwayIsWaitedForAndNamed) {
  const JobId job = Submit();
  c.Connect("rome");
  c.Connect("paris");
  Finish("paris");
  Wait(absl::Minutes(10));
  EXPECT_THAT(c.View(job).stages[1].waiting_reason,
              HasSubstr("rows of stage work stay at worker berlin, which is not connected; start it with --name berlin "
                        "where the rows are: the job fails in 50m"));
  c.Connect("berlin");
  EXPECT_FALSE(c.TakeLeases("berlin").empty());
  Wait(absl::Minutes(55));
  EXPECT_FALSE(IsTerminal(c.View(job).state)) << "it came back in time";
}

TEST_F(PinnedSites, WaitingEndsAndARetryGoesOn) {
  const JobId job = Submit(absl::Minutes(1));
  c.Connect("paris");
  Finish("paris");
  Wait(absl::Seconds(59));
  EXPECT_FALSE(IsTerminal(c.View(job).state));
  Wait(absl::Seconds(2));
  const mc::JobView view = c.View(job);
  ASSERT_EQ(view.state, mc::JobState::kFailed);
  EXPECT_THAT(view.failure->failure.message, HasSubstr("stay at worker berlin, which is not connected; the job waited "
                                                       "1m for it"));
  EXPECT_THAT(view.failure->failure.message, HasSubstr("mote retry 1"));
  c.Connect("berlin");
  c.Send(mc::RetryJob{1, job, ""});
  EXPECT_FALSE(c.TakeLeases("berlin").empty());
}

TEST_F(PinnedSites, AnAbsenceIsForgottenWhenTheWorkerComesBack) {
  const JobId job = Submit(absl::Minutes(1));
  c.Connect("paris");
  Wait(absl::Seconds(50));
  c.Connect("berlin");
  Wait(absl::Seconds(1));
  c.Goodbye("berlin");
  Wait(absl::Seconds(50));
  EXPECT_FALSE(IsTerminal(c.View(job).state));
  Wait(absl::Seconds(20));
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
}

TEST_F(PinnedSites, ADrainedWorkerIsAwayToo) {
  const JobId job = Submit();
  c.Connect("paris");
  Finish("paris");
  c.Connect("berlin");
  c.Send(mc::DrainWorker{1, "berlin"});
  c.Send(mc::WorkerDraining{c.SessionOf("berlin")});
  for (const mc::SendLease& lease : c.TakeLeases("berlin")) c.ReportFault("berlin", lease, FaultKind::kGivenBack);
  Wait(absl::Seconds(1));
  EXPECT_THAT(c.View(job).stages[1].waiting_reason, HasSubstr("worker berlin, which is being drained"));
}

TEST_F(PinnedSites, AWorkerThatCannotWorkOnThemIsAwayToo) {
  const JobId job = Submit(absl::Minutes(1));
  c.Connect("paris");
  c.introduce = [](mc::WorkerHello& hello) { hello.reads_shared = false; };
  c.Connect("berlin");
  c.introduce = nullptr;
  Wait(absl::Seconds(2));
  EXPECT_THAT(
      c.View(job).stages[1].waiting_reason,
      HasSubstr("stay at worker berlin, which cannot work on them: the job reads shared files and no worker may; "
                "start one with --shared-dir DIR"))
      << "though paris is busy";
  Wait(absl::Minutes(1));
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
}

// Its only slot is not spared for others, of which there are none.
TEST_F(PinnedSites, WhatFailedIsTriedAgainAtOnceWhereNobodyElseMay) {
  Submit();
  for (const char* const name : {"rome", "paris", "oslo"}) c.Connect(name, 2);
  c.Connect("berlin");
  c.ReportFault("berlin", c.TakeLease("berlin"), FaultKind::kEngineCrash);
  EXPECT_FALSE(c.TakeLeases("berlin").empty());
}

TEST_F(PinnedSites, SlotsAreToldApartOnlyWhileAJobAsks) {
  c.Connect("rome");
  c.Connect("berlin");
  EXPECT_EQ(c.core().state().cluster.open_slots().kinds().size(), 1U);
  const JobId job = Submit();
  EXPECT_EQ(c.core().state().cluster.open_slots().kinds().size(), 2U);
  c.Cancel(job);
  EXPECT_EQ(c.core().state().cluster.open_slots().kinds().size(), 1U);
}

TEST_F(PinnedSites, AFailingSlotOfTheOnlyWorkerIsNotExcluded) {
  Submit();
  c.Connect("rome", 4);
  c.Connect("berlin");
  for (int round = 0; round < 30; ++round) {
    for (const mc::SendLease& lease : c.TakeLeases("berlin")) c.ReportFault("berlin", lease, FaultKind::kEngineCrash);
    c.Advance(absl::Seconds(11));
    EXPECT_FALSE(c.core().state().cluster.Find("berlin")->slots[0].health.excluded);
  }
}

TEST_F(PinnedSites, SurviveARestartAndASnapshot) {
  const JobId job = Submit(absl::Minutes(1));
  c.Connect("paris");
  Wait(absl::Seconds(30));
  c.CheckSnapshotAt(c.journal().size());
  c.Restart();
  c.Connect("paris");
  Wait(absl::Seconds(40));
  EXPECT_FALSE(IsTerminal(c.View(job).state)) << "the time before the restart does not count";
  Wait(absl::Seconds(30));
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
}

TEST(PinnedInputs, MistakesInThemAreNamed) {
  CoreHarness c;
  mc::JobSpec spec = OneStage("noop", 1);
  mc::InputSpec input;
  input.name = "rows";
  input.format = "csv";
  input.shared = true;
  input.sites = {{"berlin", "patients.csv"}};
  spec.inputs.push_back(input);
  EXPECT_THAT(std::string(c.Submit(spec).status().message()),
              HasSubstr("inputs[0].shared: \"patients.csv\", the path at worker \"berlin\", is not absolute"));
  spec.inputs[0].sites.clear();
  for (int i = 0; i < 65; ++i) spec.inputs[0].sites[std::to_string(i)] = "/x.csv";
  EXPECT_THAT(std::string(c.Submit(spec).status().message()),
              HasSubstr("65 workers; the rows of an input may lie at 64"));
}

}  // namespace
}  // namespace mote::testing
