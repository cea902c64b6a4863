#include "coordinator/core/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "common/ledger/task_columns.h"
#include "tests/coordinator/core/verified.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Verify, BlockCommitsOnceTwoWorkersAgree) {
  CoreHarness c;
  c.Connect("w1");
  c.Connect("w2");
  const JobId job = *c.Submit(Verified(1, kTwice));
  const mc::SendLease first = Finish(c, "w1");
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 0);
  EXPECT_THAT(c.TakeAcks("w1"), ElementsAre(first.token));
  EXPECT_THAT(c.TakeLeases("w1"), IsEmpty());  // it has had its say
  const mc::SendLease second = Finish(c, "w2");
  EXPECT_EQ(second.token.block, first.token.block);
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kSucceeded);
  EXPECT_EQ(view.stages[0].cost.verify.blocks, 1);
  EXPECT_EQ(view.stages[0].cost.verify.blocks_one_worker, 0);
  EXPECT_EQ(view.stages[0].cost.verify.runs_extra, 1);
  EXPECT_EQ(view.stages[0].cost.cost.tasks, 1);
}

// A job that has each block run three times uses three times its share.
TEST(Verify, EveryRunCountsInTheJobsShare) {
  CoreHarness c;
  c.Connect("w1");
  c.Connect("w2");
  const JobId job = *c.Submit(Verified(1, kTwice));
  for (const char* name : {"w1", "w2"}) {
    c.Advance(absl::Milliseconds(1));
    Finish(c, name);
  }
  const mc::Job& run = *c.core().state().FindJob(job);
  EXPECT_GT(run.share, absl::ZeroDuration());
  EXPECT_EQ(run.share, run.stages[0].cost.device_time);
}

// What a report has no room for would be run again for ever.
TEST(Verify, BlockHasRoomForWhatEachOfItsTasksCost) {
  for (const mc::VerifySpec verify : {kTwice, mc::VerifySpec{0.01, 0}}) {
    CoreHarness c;
    c.task_duration = absl::Nanoseconds(130);
    for (const char* name : {"w1", "w2"}) c.Connect(name);
    const JobId job = *c.Submit(Verified(20'000, verify));
    int64_t largest = 0;
    while (!IsTerminal(c.View(job).state)) {
      for (const char* name : {"w1", "w2"}) {
        for (const mc::SendLease& lease : c.TakeLeases(name)) {
          largest = std::max(largest, lease.token.block.size(20'000));
          c.ReportDone(name, lease);
        }
      }
    }
    EXPECT_EQ(largest, int64_t{1} << mc::kVerifiedLevelMax);
    EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  }
}

static_assert(int64_t{1} << mc::kVerifiedLevelMax <= TaskColumnsWriter::kComputedTasksMin);

// Runs the job to its end; a report of w1 has room for `room1` tasks, one of w2 for `room2`.
// How many leases that took, of 10,000 at most.
int RunWithFullReports(CoreHarness& c, JobId job, int64_t room1, int64_t room2) {
  int leases = 0;
  while (!IsTerminal(c.View(job).state) && leases < 10'000) {
    const int before = leases;
    for (const auto& [name, room] : std::map<std::string, int64_t>{{"w1", room1}, {"w2", room2}}) {
      for (const mc::SendLease& lease : c.TakeLeases(name)) {
        c.ReportDone(name, lease, std::min(room, lease.token.block.size(lease.pass->task_count)));
        ++leases;
      }
    }
    if (leases == before) break;
  }
  return leases;
}

TEST(Verify, BlockWhoseReportIsFullIsCutThereAndEachPartIsVerified) {
  CoreHarness c;
  c.task_duration = absl::Nanoseconds(130);
  for (const char* name : {"w1", "w2"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(1000, kTwice));
  EXPECT_LT(RunWithFullReports(c, job, 24, 24), 1000);
  const mc::JobView view = c.View(job);
  ASSERT_EQ(view.state, mc::JobState::kSucceeded);
  EXPECT_EQ(view.stages[0].cost.verify.blocks_one_worker, 0);
  EXPECT_EQ(view.stages[0].cost.verify.runs_extra, view.stages[0].cost.verify.blocks);
  EXPECT_EQ(view.stages[0].cost.attempts_lost, 0) << "it is nobody's fault";
  EXPECT_EQ(c.TableBytes(view.outputs.at(0).output), PlainBytes(1000));
}

// What the first has found of a whole block cannot be compared with parts of it.
TEST(Verify, BlockThatOneWorkerReportedWholeAndAnotherCannotIsVerifiedInParts) {
  CoreHarness c;
  c.task_duration = absl::Nanoseconds(130);
  for (const char* name : {"w1", "w2"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(1000, kTwice));
  EXPECT_LT(RunWithFullReports(c, job, 1000, 3), 3000);
  const mc::JobView view = c.View(job);
  ASSERT_EQ(view.state, mc::JobState::kSucceeded);
  EXPECT_EQ(view.stages[0].cost.verify.blocks_one_worker, 0);
  EXPECT_EQ(c.TableBytes(view.outputs.at(0).output), PlainBytes(1000));
}

// It was not full: another will run the block whole.
TEST(Verify, WhatADrainedWorkerHasFinishedOfABlockDoesNotCutIt) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Verified(1'000'000, kTwice));
  mc::SendLease begun = c.TakeLease("w1");
  for (; begun.token.block.level == 0; begun = c.TakeLease("w1")) c.ReportDone("w1", begun);
  c.Send(mc::WorkerDraining{c.SessionOf("w1")});
  c.ReportDone("w1", begun, 1);
  const mc::Pass& pass = c.core().state().FindJob(job)->passes.begin()->second;
  ASSERT_TRUE(pass.blocks.returned().contains(begun.token.block.begin()));
  EXPECT_EQ(pass.blocks.returned().at(begun.token.block.begin()).block, begun.token.block);
}

TEST(Verify, EveryBlockIsRunAsOftenAsReplicasSay) {
  CoreHarness c;
  for (const char* name : {"w1", "w2", "w3"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(100, {0, 3}));
  c.RunAll();
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kSucceeded);
  EXPECT_EQ(view.stages[0].cost.verify.runs_extra, 2 * view.stages[0].cost.verify.blocks);
  EXPECT_EQ(c.TableBytes(view.outputs.at(0).output), PlainBytes(100));
}

TEST(Verify, LeasesOfAnExcludedWorkerGoElsewhere) {
  CoreHarness c;
  for (const char* name : {"w1", "w2", "w3"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(30, kTwice));
  for (int round = 0; round < 1000 && c.View(job).state == mc::JobState::kRunning; ++round) {
    for (const char* name : {"w1", "w2", "w3"}) {
      const std::vector<mc::SendLease> leases = c.TakeLeases(name);
      for (const mc::SendLease& lease : leases) {
        c.lie = std::string(name) == "w1" ? round + 1 : 0;
        c.ReportDone(name, lease);
      }
    }
  }
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.TableBytes(view.outputs.at(0).output), PlainBytes(30));
  EXPECT_THAT(view.distrusted, SizeIs(1));
  EXPECT_TRUE(c.core().state().cluster.Find("w1")->leases.empty());
}

TEST(Verify, OneWorkerAloneIsRunTwiceAndThatIsSaid) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "w1");
  Finish(c, "w1");
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(job).stages[0].cost.verify.blocks_one_worker, 1);
}

// `bad` fails what `good` does, until it is excluded; the job in which it did is over.
void ExcludeBad(CoreHarness& c, const std::string& good, const std::string& bad) {
  mc::JobSpec patient = OneStage("noop", 1'000'000);
  patient.stages[0].attempts_max = 100;
  const JobId job = *c.Submit(patient);
  const auto excluded = [&] { return c.core().state().cluster.Find(bad)->slots[0].health.excluded; };
  for (int round = 0; round < 200 && !excluded(); ++round) {
    for (const mc::SendLease& lease : c.TakeLeases(good)) c.ReportDone(good, lease);
    for (const mc::SendLease& lease : c.TakeLeases(bad)) c.ReportFault(bad, lease, FaultKind::kEngineCrash);
    c.Advance(absl::Milliseconds(100));
  }
  ASSERT_TRUE(excluded());
  c.Cancel(job);
  c.TakeLeases(good);
  c.TakeLeases(bad);
}

TEST(Verify, ExcludedWorkerDoesNotKeepAnotherFromVerifyingAlone) {
  CoreHarness c;
  c.Connect("good");
  c.Connect("bad");
  ExcludeBad(c, "good", "bad");
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "good");
  Finish(c, "good");
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(job).stages[0].cost.verify.blocks_one_worker, 1);
}

TEST(Verify, ExcludedWorkerIsUsedWhenNobodyElseIsLeftToVerify) {
  CoreHarness c;
  c.Connect("good");
  c.Connect("bad");
  ExcludeBad(c, "good", "bad");
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "good");
  c.Goodbye("good");
  c.Advance(absl::Seconds(1));
  Finish(c, "bad");
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(job).stages[0].cost.verify.blocks_one_worker, 0);
}

TEST(Verify, JobWhoseWindowIsFullOfUnverifiedBlocksSaysSo) {
  CoreHarness c;
  c.Connect("w2");
  c.Submit(OneStage("noop", 1000)).value();  // w2 is full
  mc::JobSpec urgent = Verified(1000, kTwice);
  urgent.priority = 1;
  const JobId job = *c.Submit(urgent);
  c.Connect("w1");
  for (int runs = 0; runs < 1000 && c.View(job).waiting_reason.empty(); ++runs) {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) c.ReportDone("w1", lease);
  }
  EXPECT_GT(c.View(job).stages[0].tasks_running, 0);
  EXPECT_THAT(c.View(job).waiting_reason, HasSubstr("a worker that has not run a block yet must verify it"));
}

TEST(Verify, HeldValueSurvivesARestart) {
  CoreHarness c;
  c.Connect("w1");
  c.Connect("w2");
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "w1");
  c.Restart();
  c.Connect("w2");
  Finish(c, "w2");
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(job).stages[0].cost.verify.blocks_one_worker, 0);
}

TEST(Verify, LostVerifierIsReplacedAndTheFirstValueKept) {
  CoreHarness c;
  for (const char* name : {"w1", "w2"}) c.Connect(name);
  const JobId job = *c.Submit(Verified(1, kTwice));
  Finish(c, "w1");
  c.TakeLease("w2");
  c.Connect("w3");
  c.Goodbye("w2");
  Finish(c, "w3");
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Verify, TaskThatFailsWhenItIsRunAgainIsQuarantined) {
  CoreHarness c;
  for (const char* name : {"w1", "w2"}) c.Connect(name);
  mc::JobSpec spec = Verified(1, kTwice);
  spec.stages[0].on_bad_task = mc::TaskPolicy::kQuarantine;
  const JobId job = *c.Submit(spec);
  Finish(c, "w1");
  c.ReportFault("w2", c.TakeLease("w2"), FaultKind::kApplication, 0);
  EXPECT_EQ(c.View(job).state, mc::JobState::kPartlyQuarantined);
}

TEST(Verify, SampleTakesItsShareOfTheTasksWhateverTheBlocks) {
  CoreHarness c;
  c.Connect("w1");
  const int64_t tasks = 1 << 20;
  const JobId id = *c.Submit(Verified(tasks, {0.01, 0}));
  const mc::Job& job = *c.core().state().FindJob(id);
  const mc::Pass& pass = job.passes.begin()->second;
  for (const int level : {0, 3, 6}) {
    int64_t chosen = 0;
    for (int64_t index = 0; index < tasks >> level; ++index) {
      if (mc::IsVerified(job, pass, {level, index})) chosen += int64_t{1} << level;
    }
    EXPECT_NEAR(static_cast<double>(chosen) / static_cast<double>(tasks), 0.01, 0.002) << "level " << level;
  }
}

}  // namespace
}  // namespace mote::testing
