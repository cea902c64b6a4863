// Large partials that workers keep: where they are folded, and what happens when the
// only copy is gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/core/reference_workers.h"

namespace mote::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// The workers work in turns until the job has ended.
void RunToTheEnd(CoreHarness& c, ReferenceWorkers& workers, JobId job, const std::vector<std::string>& names) {
  for (int idle = 0; !IsTerminal(c.View(job).state);) {
    bool any = false;
    for (const std::string& name : names) any = workers.RunOne(name) || any;
    idle = any ? 0 : idle + 1;
    ASSERT_LT(idle, 100) << "nothing is left to do";
    c.Advance(absl::Milliseconds(100));
  }
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

// Two workers that have committed some blocks of a job, none of them folded yet.
struct Cluster {
  explicit Cluster(int64_t tasks = 200) {
    for (const char* name : {"w1", "w2"}) c.Connect(name);
    job = *c.Submit(SumJob(tasks));
    for (int i = 0; i < 3; ++i) {
      workers.RunOne("w1");
      workers.RunOne("w2");
    }
    pass = c.core().state().FindJob(job)->passes.begin()->first;
  }
  const mc::Pass& tree() const { return c.core().state().FindJob(job)->passes.at(pass); }

  CoreHarness c;
  ReferenceWorkers workers{c, ReferenceWorkers::Partials::kKept};
  JobId job;
  PassId pass;
};

TEST(OutputLoss, KeptPartialsAreFoldedToTheBitsOfAPlainFoldAndReleased) {
  Cluster k(300);
  RunToTheEnd(k.c, k.workers, k.job, {"w1", "w2"});
  EXPECT_EQ(AnswerOf(k.c, k.job), PlainSum(300));
  EXPECT_EQ(Count<mc::OutputLost>(k.c), 0);
  EXPECT_THAT(k.c.TakeReleases("w1"), Not(IsEmpty())) << "of what was folded";
  EXPECT_THAT(k.c.TakeDrops("w1"), Contains(k.pass));
  EXPECT_THAT(k.c.TakeDrops("w2"), Contains(k.pass));
  EXPECT_TRUE(k.c.core().state().artifact_users.empty()) << "the coordinator never had them";
}

TEST(OutputLoss, TasksOfALostWorkersPartialsAreRunAgainToTheSameBits) {
  Cluster k;
  const int64_t settled = k.tree().blocks.settled();
  k.c.Goodbye("w1");
  k.workers.Forget("w1");
  EXPECT_GE(Count<mc::OutputLost>(k.c), 1);
  EXPECT_LT(k.tree().blocks.settled(), settled);
  EXPECT_EQ(k.tree().generation, 1u);
  EXPECT_EQ(k.c.View(k.job).stages[0].cost.tasks_lost, settled - k.tree().blocks.settled());
  RunToTheEnd(k.c, k.workers, k.job, {"w2"});
  EXPECT_EQ(AnswerOf(k.c, k.job), PlainSum(200));
}

TEST(OutputLoss, LossWhileFoldingIsReplayedLikeItHappened) {
  for (int rounds = 1; rounds < 60; rounds += 3) {
    Cluster k;
    for (int i = 0; i < rounds && !IsTerminal(k.c.View(k.job).state); ++i) {
      k.workers.RunOne("w1");
      k.workers.RunOne("w2");
    }
    if (IsTerminal(k.c.View(k.job).state)) break;
    k.c.Goodbye("w1");
    k.workers.Forget("w1");
    const int64_t settled = k.tree().blocks.settled();
    k.c.holding["w2"] = {k.pass};
    k.c.Restart();
    EXPECT_EQ(k.tree().blocks.settled(), settled);
    k.c.Connect("w2");
    RunToTheEnd(k.c, k.workers, k.job, {"w2"});
    EXPECT_EQ(AnswerOf(k.c, k.job), PlainSum(200)) << "lost after " << rounds << " rounds";
  }
}

TEST(OutputLoss, WorkerThatComesBackWithItsPartialsLosesNothing) {
  Cluster k;
  k.c.holding["w1"] = k.c.holding["w2"] = {k.pass};
  k.c.Restart();
  k.c.Connect("w1");
  k.c.Connect("w2");
  RunToTheEnd(k.c, k.workers, k.job, {"w1", "w2"});
  EXPECT_EQ(Count<mc::OutputLost>(k.c), 0);
  EXPECT_EQ(AnswerOf(k.c, k.job), PlainSum(200));
}

TEST(OutputLoss, WorkerThatComesBackWithoutItsPartialsLosesThem) {
  Cluster k;
  k.c.holding["w1"] = {k.pass};
  k.c.Disconnect("w2");
  k.workers.Forget("w2");
  k.c.Connect("w2");  // another process of the same name
  EXPECT_EQ(Count<mc::OutputLost>(k.c), 1);
  RunToTheEnd(k.c, k.workers, k.job, {"w1", "w2"});
  EXPECT_EQ(AnswerOf(k.c, k.job), PlainSum(200));
}

TEST(OutputLoss, WorkerThatDoesNotComeBackAfterARestartLosesItsPartials) {
  Cluster k;
  k.c.holding["w2"] = {k.pass};
  k.c.Restart();
  k.c.Connect("w2");
  k.workers.Forget("w1");
  for (int i = 0; i < 15; ++i) k.c.Advance(absl::Seconds(1));
  EXPECT_GE(Count<mc::OutputLost>(k.c), 1);
  RunToTheEnd(k.c, k.workers, k.job, {"w2"});
  EXPECT_EQ(AnswerOf(k.c, k.job), PlainSum(200));
}

TEST(OutputLoss, WelcomeReleasesWhatIsOver) {
  Cluster k;
  k.c.Cancel(k.job);
  k.c.holding["w3"] = {k.pass, PassId{77}};
  k.c.Connect("w3");
  EXPECT_THAT(k.c.TakeDrops("w3"), UnorderedElementsAre(k.pass, PassId{77}));
}

TEST(OutputLoss, PartialThatNobodyHasAnyMoreIsMadeAgain) {
  Cluster k;
  k.workers.Forget("w1");  // its disk; the process lives
  RunToTheEnd(k.c, k.workers, k.job, {"w1", "w2"});
  EXPECT_GE(Count<mc::OutputLost>(k.c), 1);
  EXPECT_EQ(AnswerOf(k.c, k.job), PlainSum(200));
}

TEST(OutputLoss, TasksThatAreAbsentStayAbsent) {
  CoreHarness c;
  ReferenceWorkers workers(c, ReferenceWorkers::Partials::kKept);
  c.Connect("w1");
  const JobId job = *c.Submit(QuarantiningSumJob(20));
  bool again = false;
  while (!IsTerminal(c.View(job).state)) {
    const std::vector<mc::SendLease> leases = c.TakeLeases("w1");
    if (leases.empty()) break;
    for (const mc::SendLease& lease : leases) {
      const bool poison = lease.pass->kernel == "random_sum" && lease.token.block == Block{0, 3};
      if (poison) {
        EXPECT_FALSE(again) << "an absent task was run again";
        c.ReportFault("w1", lease, FaultKind::kApplication, 3);
      } else {
        workers.Run("w1", lease);
      }
    }
    if (!again && c.core().state().FindJob(job)->passes.begin()->second.blocks.settled() > 6) {
      again = true;
      c.Goodbye("w1");
      c.Connect("w1");
    }
  }
  ASSERT_TRUE(again);
  EXPECT_EQ(c.View(job).state, mc::JobState::kPartlyQuarantined);
  EXPECT_EQ(AnswerOf(c, job), PlainSum(20, {3}));
}

TEST(OutputLoss, ResultThatWaitedForAnotherToAgreeCountsNoMore) {
  CoreHarness c;
  ReferenceWorkers workers(c, ReferenceWorkers::Partials::kKept);
  c.Connect("w1");
  mc::JobSpec spec = SumJob(6);
  spec.stages[0].verify.replicas = 2;
  const JobId job = *c.Submit(spec);
  workers.Run("w1", c.TakeLease("w1"));
  const mc::Pass& pass = c.core().state().FindJob(job)->passes.begin()->second;
  ASSERT_EQ(pass.held.size(), 1u);
  c.Goodbye("w1");
  workers.Forget("w1");
  EXPECT_EQ(Count<mc::OutputLost>(c), 1);
  ASSERT_EQ(pass.held.size(), 1u);
  EXPECT_TRUE(pass.held.begin()->second.values().empty());
  c.Restart();
  for (const char* name : {"w2", "w3"}) c.Connect(name);
  RunToTheEnd(c, workers, job, {"w2", "w3"});
  EXPECT_EQ(AnswerOf(c, job), PlainSum(6));
}

TEST(OutputLoss, FailedJobThatIsRetriedMakesAgainWhatWorkersKept) {
  CoreHarness c;
  ReferenceWorkers workers(c, ReferenceWorkers::Partials::kKept);
  c.Connect("w1");
  const JobId job = *c.Submit(SumJob(20));
  for (int i = 0; i < 3; ++i) workers.Run("w1", c.TakeLease("w1"));
  const PassId pass = c.core().state().FindJob(job)->passes.begin()->first;
  c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kApplication);
  ASSERT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_THAT(c.TakeDrops("w1"), Contains(pass));
  workers.Forget("w1");
  const mc::Pass& kept = c.core().state().FindJob(job)->passes.at(pass);
  EXPECT_EQ(kept.blocks.settled(), 0) << "what is dropped cannot be gone on with";
  c.Send(mc::RetryJob{CallId{99}, job, ""});
  c.Restart();
  c.Connect("w1");
  RunToTheEnd(c, workers, job, {"w1"});
  EXPECT_EQ(Count<mc::OutputLost>(c), 0);
  EXPECT_EQ(AnswerOf(c, job), PlainSum(20));
}

// The fold was told of the absent task, then the end lost all other tasks: what is left of
// the fold is no result.
TEST(OutputLoss, RetryRunsAbsentTasksOfAJobThatFailedWithAllOtherPartialsKept) {
  CoreHarness c;
  ReferenceWorkers workers(c, ReferenceWorkers::Partials::kKept);
  c.Connect("w1");
  mc::JobSpec spec = QuarantiningSumJob(20);
  spec.deadline = absl::Minutes(1);
  const JobId job = *c.Submit(spec);
  const auto is_settled = [&] {
    const mc::Pass& pass = c.core().state().FindJob(job)->passes.begin()->second;
    return pass.blocks.settled() == 20;
  };
  while (!is_settled()) {
    const mc::SendLease lease = c.TakeLease("w1");
    if (lease.token.block == Block{0, 3}) {
      c.ReportFault("w1", lease, FaultKind::kApplication, 3);
    } else {
      workers.Run("w1", lease);
    }
  }
  c.Advance(absl::Minutes(2));
  ASSERT_EQ(c.View(job).state, mc::JobState::kFailed);
  ASSERT_EQ(c.View(job).absent.size(), 1u);
  c.TakeLeases("w1");
  workers.Forget("w1");
  c.Send(mc::RetryJob{CallId{99}, job, ""});
  RunToTheEnd(c, workers, job, {"w1"});
  EXPECT_EQ(AnswerOf(c, job), PlainSum(20));
}

TEST(HandOver, DrainingWorkerLeavesOnceOthersHaveWhatItKept) {
  Cluster k;
  k.c.Send(mc::WorkerDraining{k.c.SessionOf("w1")});
  k.workers.RunOne("w1");
  EXPECT_EQ(k.c.Workers().at(0).state, "draining");
  EXPECT_THAT(k.c.TakeDrops("w1"), IsEmpty());
  std::vector<PassId> dropped;
  for (int i = 0; i < 100 && dropped.empty(); ++i) {
    k.c.Advance(absl::Milliseconds(100));
    k.workers.RunOne("w2");
    dropped = k.c.TakeDrops("w1");
    std::erase_if(dropped, [&](PassId pass) { return pass != k.pass; });
  }
  ASSERT_THAT(dropped, Contains(k.pass));
  k.c.Goodbye("w1");
  k.workers.Forget("w1");
  RunToTheEnd(k.c, k.workers, k.job, {"w2"});
  EXPECT_EQ(Count<mc::OutputLost>(k.c), 0);
  EXPECT_EQ(AnswerOf(k.c, k.job), PlainSum(200));
}

// While a partial is moved its node grows: the task beside it is given up.
TEST(HandOver, PartialMovesAlthoughTheTaskBesideItTurnsOutToBeAbsent) {
  CoreHarness c;
  ReferenceWorkers workers(c, ReferenceWorkers::Partials::kKept);
  c.Connect("w1");
  const JobId job = *c.Submit(QuarantiningSumJob(2));
  const std::vector<mc::SendLease> leases = c.TakeLeases("w1");
  ASSERT_EQ(leases.size(), 2u) << "a task each";
  workers.Run("w1", leases[0]);
  c.Connect("w2");
  c.Send(mc::WorkerDraining{c.SessionOf("w1")});
  c.Advance(absl::Milliseconds(100));
  ASSERT_EQ(Count<mc::FoldPlanned>(c), 1);
  c.ReportFault("w1", leases[1], FaultKind::kApplication, 1);
  EXPECT_EQ(Count<mc::FinishPlanned>(c), 0) << "the pass waits for the move";
  for (int i = 0; i < 20 && !IsTerminal(c.View(job).state); ++i) {
    workers.RunOne("w2");
    c.Advance(absl::Milliseconds(100));
  }
  EXPECT_EQ(c.View(job).state, mc::JobState::kPartlyQuarantined);
  EXPECT_EQ(Count<mc::SubtreeFolded>(c), 1);
  EXPECT_EQ(Count<mc::OutputLost>(c), 0);
  EXPECT_EQ(AnswerOf(c, job), PlainSum(2, {1}));
}

TEST(HandOver, LastWorkerMayLeaveAtOnce) {
  Cluster k;
  k.c.Goodbye("w2");
  k.c.Send(mc::WorkerDraining{k.c.SessionOf("w1")});
  k.workers.RunOne("w1");
  k.c.Advance(absl::Milliseconds(100));
  EXPECT_THAT(k.c.TakeDrops("w1"), Contains(k.pass));
}

TEST(HandOver, WorkerThatDrainedByItselfAndCameBackTakesLeasesAgain) {
  Cluster k;
  k.c.Send(mc::WorkerDraining{k.c.SessionOf("w1")});
  k.c.Connect("w1");
  EXPECT_EQ(k.c.Workers().at(0).state, "connected");
}

// w1 has done all six tasks, keeps their partials, and was leased the fold task; w2
// has a free slot, and keeps nothing.
struct OneHolder {
  OneHolder() {
    c.Connect("w1");
    job = *c.Submit(SumJob(6));
    for (int i = 0; i < 5; ++i) workers.Run("w1", c.TakeLease("w1"));
    const mc::SendLease last = c.TakeLease("w1");
    c.Connect("w2");
    workers.Run("w1", last);
    tree = last.token.pass;
    fold = c.TakeLease("w1");
    EXPECT_EQ(fold.pass->kernel, "finish");
    EXPECT_THAT(c.TakeLeases("w2"), IsEmpty());
  }
  void EngineOfTheHolderDies() {
    c.Send(mc::WorkerSlotState{c.SessionOf("w1"), 0, false});
    c.ReportFault("w1", fold, FaultKind::kEngineCrash);
  }

  CoreHarness c;
  ReferenceWorkers workers{c, ReferenceWorkers::Partials::kKept};
  JobId job;
  PassId tree;
  mc::SendLease fold;
};

TEST(FoldTask, GoesWhereItsInputsLieOrAfterAShortWaitAnywhere) {
  OneHolder k;
  k.EngineOfTheHolderDies();
  k.c.Advance(absl::Seconds(1));
  EXPECT_TRUE(k.workers.RunOne("w2")) << "with what w1 serves";
  EXPECT_EQ(k.workers.fold_inputs.size(), 1u);
  RunToTheEnd(k.c, k.workers, k.job, {"w2"});
  EXPECT_EQ(AnswerOf(k.c, k.job), PlainSum(6));
}

TEST(FoldTask, WaitsNoLongerForItsPlaceWhenTheClockIsSetBack) {
  OneHolder k;
  k.c.holding["w1"] = {k.tree};
  k.c.StepClock(-absl::Hours(1));
  k.c.Restart();
  k.c.Connect("w1");
  k.fold = k.c.TakeLease("w1");
  k.EngineOfTheHolderDies();
  k.c.Connect("w2");
  k.c.Advance(absl::Seconds(1));
  EXPECT_TRUE(k.workers.RunOne("w2"));
}

TEST(FoldTask, IsNotLeasedWhileSomeoneWhoKeepsAnInputIsAway) {
  OneHolder k;
  k.EngineOfTheHolderDies();
  k.c.Disconnect("w1");
  k.c.Advance(absl::Seconds(1));
  EXPECT_THAT(k.c.TakeLeases("w2"), IsEmpty());
  EXPECT_THAT(k.c.View(k.job).waiting_reason, HasSubstr("worker w1 is away and alone has a partial"));
  k.c.holding["w1"] = {k.tree};
  k.c.Connect("w1");
  RunToTheEnd(k.c, k.workers, k.job, {"w1", "w2"});
  EXPECT_EQ(Count<mc::OutputLost>(k.c), 0);
}

TEST(Report, PartialThatLiesElsewhereEndsTheSession) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(SumJob(12)).value();
  const mc::SendLease lease = c.TakeLease("w1");
  mc::WorkerReport report;
  report.session = c.SessionOf("w1");
  report.token = lease.token;
  report.cost.tasks = lease.token.block.size(12);
  report.nodes = {{lease.token.block, std::nullopt, ArtifactRef{Sha256("p"), 8'000'000, true}, "w2"}};
  c.Send(report);
  EXPECT_TRUE(c.WasClosed("w1"));
}

}  // namespace
}  // namespace mote::testing
