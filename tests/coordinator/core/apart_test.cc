// Partials that stay apart: steps that read what workers alone have, and what happens when
// one of these is gone.
#include "coordinator/core/apart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/json.h"
#include "common/status_macros.h"
#include "tests/coordinator/core/reference_workers.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int64_t kSteps = 12;

// Twelve steps of two tasks. Each reads the sums of those before it, and every fourth leaves
// them behind. memo: [step, [artifact, …]].
class LearningPlanner final : public SourceOperation {
 public:
  LearningPlanner() : SourceOperation("learn") {}

  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext& context) const override {
    int64_t step = 0;
    Json pending = Json::array();
    if (!context.memo.empty()) {
      MOTE_ASSIGN_OR_RETURN(const Json memo, ParseJson(context.memo));
      step = memo.at(0).get<int64_t>();
      if (step % 4 != 0) pending = memo.at(1);
      for (const Node& node : context.completed.at(0).apart) pending.push_back(node.artifact->ToString());
    }
    mc::PlanStep next;
    if (step == kSteps) {
      next.outputs["result"] = Output{OutputKind::kDocument, Value{"learnt", std::nullopt}, 0, 6};
      return next;
    }
    if (step % 4 == 0) pending.clear();
    PassSpec pass;
    pass.kernel = "random_sum";
    pass.parameters = Json{{"shift", 1000 * step}}.dump();
    pass.task_count = 2;
    pass.reducer = "sum";
    pass.finish = false;
    pass.may_stay_apart = true;
    for (const Json& artifact : pending) {
      next.apart.push_back(*ArtifactRef::Parse(artifact.get<std::string>()));
      pass.inputs[artifact.get<std::string>()] = Value{"", next.apart.back()};
    }
    next.memo = Json{step + 1, pending}.dump();
    next.passes = {pass};
    next.is_volatile = true;
    next.tasks_to_come = 2 * (kSteps - step - 1);
    return next;
  }
};

struct Learning {
  explicit Learning(mc::TaskPolicy on_bad_task = mc::TaskPolicy::kFail) {
    for (const char* name : {"w1", "w2"}) c.Connect(name);
    mc::JobSpec spec = OneStage("learn", 0);
    spec.stages[0].on_bad_task = on_bad_task;
    job = *c.Submit(spec);
  }

  const mc::StageRun& stage() const { return c.core().state().FindJob(job)->stages[0]; }
  int64_t step() const { return stage().memo.empty() ? 0 : ParseJson(stage().memo)->at(0).get<int64_t>(); }
  PassId running() const { return stage().step.at(0); }

  // The workers work in turns until so many steps have begun, or the job has ended.
  void RunTo(int64_t wanted, const std::vector<std::string>& names = {"w1", "w2"}) {
    for (int rounds = 0; step() != wanted && !IsTerminal(c.View(job).state); ++rounds) {
      ASSERT_LT(rounds, 1000) << "nothing is left to do at step " << step();
      for (const std::string& name : names) RunLeases(name);
      c.Advance(absl::Milliseconds(pause_ms));
    }
  }
  void RunLeases(const std::string& name) {
    for (const mc::SendLease& lease : c.TakeLeases(name)) {
      kernels.push_back(lease.pass->kernel);
      workers.Run(name, lease);
    }
  }
  void RunToTheEnd(const std::vector<std::string>& names) {
    RunTo(-1, names);
    EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
    EXPECT_THAT(stage().apart, IsEmpty());
  }

  const PlannersWith planners = With<LearningPlanner>();
  CoreHarness c{planners};
  ReferenceWorkers workers{c, ReferenceWorkers::Partials::kKept};
  JobId job;
  std::vector<std::string> kernels;  // of leases that were run
  int64_t pause_ms = 1;              // between rounds
};

TEST(Apart, SumsStayWhereTheyAreAndTheNextStepIsToldWhere) {
  Learning k;
  k.RunTo(2);
  const std::vector<mc::SendLease> leases = k.c.TakeLeases("w1");
  ASSERT_THAT(leases, SizeIs(1));
  EXPECT_THAT(leases[0].locations, SizeIs(2));
  EXPECT_NE(leases[0].locations[0].address, leases[0].locations[1].address);
  k.workers.Run("w1", leases[0]);
  k.RunToTheEnd({"w1", "w2"});
  EXPECT_THAT(k.kernels, Not(Contains("finish")));
}

TEST(Apart, WorkersKeepThemUntilNoStepRefersToThem) {
  Learning k;
  k.RunTo(2);
  const PassId first = k.stage().apart.begin()->second.pass;
  k.RunTo(4);
  EXPECT_THAT(k.c.TakeDrops("w1"), Not(Contains(first)));
  k.RunTo(5);
  EXPECT_THAT(k.c.TakeDrops("w1"), Contains(first));
  EXPECT_THAT(k.c.TakeDrops("w2"), Contains(first));
}

TEST(Apart, LosingOneGoesBackToTheJournalledStep) {
  Learning k;
  k.RunTo(8);
  k.c.Advance(absl::Milliseconds(1100));
  k.RunTo(9);  // refers to none, and is due
  ASSERT_TRUE(k.stage().step_journalled);
  const int64_t committed = k.stage().before_step.tasks_committed;
  const int64_t total = k.c.View(k.job).stages[0].tasks_total;
  k.RunTo(11);
  ASSERT_THAT(k.stage().apart, Not(IsEmpty()));
  const int64_t lost = k.stage().tasks_committed - committed;
  EXPECT_GE(lost, 4);
  k.c.Goodbye("w1");
  k.workers.Forget("w1");
  EXPECT_EQ(k.step(), 9);
  EXPECT_EQ(k.c.View(k.job).stages[0].tasks_committed, committed);
  EXPECT_EQ(k.c.View(k.job).stages[0].tasks_total, total);
  EXPECT_EQ(k.c.View(k.job).stages[0].cost.tasks_lost, lost);
  EXPECT_THAT(k.stage().apart, IsEmpty());
  k.RunToTheEnd({"w2"});
}

TEST(Apart, ACrashGoesBackToo) {
  Learning k;
  k.RunTo(3);
  const std::set<PassId> passes = mc::PassesApart(k.stage());
  ASSERT_THAT(passes, Not(IsEmpty()));
  k.c.Restart();
  EXPECT_EQ(k.step(), 1);
  k.c.holding["w1"] = {passes.begin(), passes.end()};
  k.c.Connect("w1");
  EXPECT_THAT(k.c.TakeDrops("w1"), Contains(*passes.rbegin())) << "nobody will ask for it";
  k.RunToTheEnd({"w1"});
}

// What it went back to is in the journal, also for a crash that comes after.
TEST(Apart, ACrashAfterGoingBackReplaysLikeItHappened) {
  Learning k;
  k.RunTo(3);
  k.c.Goodbye("w1");
  k.workers.Forget("w1");
  const PassId again = k.running();
  ASSERT_EQ(k.step(), 1);
  k.c.Restart();
  EXPECT_EQ(k.step(), 1);
  EXPECT_EQ(k.running(), again);
  k.c.Connect("w2");
  k.RunToTheEnd({"w2"});
}

TEST(Apart, AWorkerThatWasAwayAndKeptThemLosesNothing) {
  Learning k;
  k.RunTo(3);
  std::vector<mc::SendLease> first, second;
  for (; first.empty() || second.empty(); second = k.c.TakeLeases("w2")) {
    for (const mc::SendLease& lease : first) k.workers.Run("w1", lease);
    for (const mc::SendLease& lease : second) k.workers.Run("w2", lease);
    first = k.c.TakeLeases("w1");
  }
  k.workers.Run("w1", first[0]);
  k.c.Disconnect("w1");
  k.workers.Run("w2", second[0]);
  const int64_t step = k.step();
  std::set<PassId> passes = mc::PassesApart(k.stage());
  passes.insert(k.running());
  k.c.holding["w1"] = {passes.begin(), passes.end()};
  EXPECT_THAT(k.c.TakeLeases("w2"), IsEmpty()) << "an input is away";
  EXPECT_THAT(k.c.View(k.job).stages[0].waiting_reason,
              HasSubstr("worker w1 is away and alone has a partial that stage"));
  k.c.Connect("w1");
  EXPECT_EQ(k.step(), step);
  k.RunToTheEnd({"w1", "w2"});
  EXPECT_EQ(k.c.View(k.job).stages[0].cost.tasks_lost, 0);
}

TEST(Apart, AWorkerThatCameBackWithoutThemLosesThem) {
  Learning k;
  k.RunTo(3);
  k.c.Disconnect("w1");
  k.workers.Forget("w1");
  k.c.Connect("w1");
  EXPECT_EQ(k.step(), 1);
  k.RunToTheEnd({"w1", "w2"});
}

TEST(Apart, OneThatNobodyHasAnyMoreGoesBack) {
  Learning k;
  k.RunTo(3);
  k.workers.Forget("w1");  // its disk; the process lives
  k.pause_ms = 200;        // longer than a retry waits
  k.RunToTheEnd({"w1", "w2"});
  EXPECT_GT(k.c.View(k.job).stages[0].cost.tasks_lost, 0);
}

TEST(Apart, PassesHaveRootsWhileACheckpointIsDue) {
  Learning k;
  k.RunTo(6);
  EXPECT_THAT(k.kernels, Not(Contains("finish")));
  k.c.Advance(absl::Milliseconds(1100));
  k.RunTo(7);
  EXPECT_THAT(k.kernels, Contains("finish"));
  EXPECT_FALSE(k.stage().step_journalled) << "it reads what the fifth step left";
  k.RunTo(9);
  EXPECT_TRUE(k.stage().step_journalled) << "it reads nothing";
  k.RunToTheEnd({"w1", "w2"});
}

TEST(Apart, AFailedJobKeepsWhatARetryCanGoOnWith) {
  Learning k;
  k.RunTo(3);
  k.c.ReportFault("w1", k.c.TakeLease("w1"), FaultKind::kApplication);
  ASSERT_EQ(k.c.View(k.job).state, mc::JobState::kFailed);
  EXPECT_EQ(k.step(), 1) << "workers drop what the third step read";
  k.workers.Forget("w1");
  k.workers.Forget("w2");
  k.c.Send(mc::RetryJob{CallId{99}, k.job, ""});
  k.c.Restart();
  k.c.Connect("w2");
  k.RunToTheEnd({"w2"});
}

TEST(Apart, ACancelledJobLeavesNothing) {
  Learning k;
  k.RunTo(3);
  const PassId kept = *mc::PassesApart(k.stage()).begin();
  k.c.TakeDrops("w1");
  k.c.Cancel(k.job);
  EXPECT_THAT(k.stage().apart, IsEmpty());
  EXPECT_THAT(k.c.TakeDrops("w1"), Contains(kept));
}

TEST(Apart, ADrainingWorkerKeepsWhatIsNeededAndNothingNewStaysThere) {
  Learning k;
  k.RunTo(2);
  k.c.Send(mc::WorkerDraining{k.c.SessionOf("w1")});
  k.RunLeases("w1");
  k.c.Advance(absl::Milliseconds(100));
  const PassId needed = mc::PassesApart(k.stage()).empty() ? PassId{} : *mc::PassesApart(k.stage()).begin();
  EXPECT_THAT(k.c.TakeDrops("w1"), Not(Contains(needed)));
  k.RunTo(5);
  k.c.Advance(absl::Milliseconds(100));
  EXPECT_THAT(k.c.TakeDrops("w1"), Contains(needed));
  k.c.Goodbye("w1");
  k.workers.Forget("w1");
  k.RunToTheEnd({"w2"});
  EXPECT_EQ(k.c.View(k.job).stages[0].cost.tasks_lost, 0);
}

TEST(Apart, NothingStaysApartWhereTasksMayBeAbsent) {
  Learning k(mc::TaskPolicy::kQuarantine);
  k.RunTo(3);
  EXPECT_THAT(k.stage().apart, IsEmpty());
  EXPECT_THAT(k.kernels, Contains("finish"));
}

}  // namespace
}  // namespace mote::testing
