#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Lease, JobRunsFromSubmitToItsResult) {
  CoreHarness c;
  c.Connect("w1");
  c.Connect("w2");
  const JobId job = *c.Submit(OneStage("echo", 100));
  EXPECT_EQ(c.View(job).state, mc::JobState::kRunning);
  c.RunAll();
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kSucceeded);
  ASSERT_EQ(view.outputs.size(), 1u);
  EXPECT_EQ(view.outputs[0].output.rows, 100);
  EXPECT_EQ(view.stages[0].tasks_committed, 100);
}

TEST(Lease, ResultDoesNotDependOnWorkersOrBlocks) {
  std::string reference;
  for (const int workers : {1, 2, 3, 7}) {
    CoreHarness c;
    for (int i = 0; i < workers; ++i) c.Connect("w" + std::to_string(i), 1 + i % 2);
    const JobId job = *c.Submit(OneStage("echo", 1000));
    c.RunAll();
    const std::string bytes = c.TableBytes(c.View(job).outputs.at(0).output);
    if (reference.empty()) reference = bytes;
    EXPECT_EQ(bytes, reference) << workers << " workers";
  }
  EXPECT_EQ(reference.size(), 8000u);
}

TEST(Lease, DefinitionOfAPassIsSentOncePerSession) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(OneStage("noop", 10)).value();
  mc::Decision ignored;
  std::vector<mc::SendLease> leases = c.TakeLeases("w1");
  ASSERT_GE(leases.size(), 2u);
  EXPECT_EQ(leases[0].token.pass, leases[1].token.pass);
  EXPECT_EQ(leases[0].pass, leases[1].pass);  // the harness fills in what was not sent again
}

TEST(Lease, ReportOfAnEndedAttemptIsAckedAndIgnored) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  const mc::SendLease old = c.TakeLease("w1");
  c.Advance(absl::Seconds(4), /*heartbeats=*/false);  // w1 goes silent
  EXPECT_TRUE(c.WasClosed("w1"));
  c.Connect("w2");
  const mc::SendLease fresh = c.TakeLease("w2");
  c.Connect("w1");
  c.ReportDone("w1", old);
  EXPECT_THAT(c.TakeAcks("w1"), ElementsAre(old.token));
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 0);
  c.ReportDone("w2", fresh);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Lease, SameReportTwiceCountsOnce) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 3));
  const mc::SendLease lease = c.TakeLease("w1");
  c.ReportDone("w1", lease);
  c.ReportDone("w1", lease);
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, lease.token.block.size(3));
  EXPECT_THAT(c.TakeAcks("w1"), ElementsAre(lease.token, lease.token));
}

TEST(Lease, PrefixIsCommittedAndTheRestLeasedAgain) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("echo", 64));
  // Let blocks grow, then cut one short.
  for (int i = 0; i < 4; ++i) c.ReportDone("w1", c.TakeLease("w1"));
  mc::SendLease lease = c.TakeLease("w1");
  while (lease.token.block.level < 1) {
    c.ReportDone("w1", lease);
    lease = c.TakeLease("w1");
  }
  c.ReportDone("w1", lease, 1);
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(job).outputs.at(0).output.rows, 64);
}

TEST(Lease, ReportThatLiesAboutItsBlockEndsTheSessionAndNothingElse) {
  CoreHarness c;
  c.Connect("liar");
  const JobId job = *c.Submit(OneStage("noop", 4));
  const mc::SendLease lease = c.TakeLease("liar");
  mc::WorkerReport report;
  report.session = c.SessionOf("liar");
  report.token = lease.token;
  report.nodes = {Node{{5, 3}, std::string("nonsense")}};
  c.Send(report);
  EXPECT_TRUE(c.WasClosed("liar"));
  report.nodes = {Node{lease.token.block, std::string("not a count")}};
  c.Connect("liar2");
  report.session = c.SessionOf("liar2");
  report.token = c.TakeLease("liar2").token;
  c.Send(report);
  EXPECT_TRUE(c.WasClosed("liar2"));
  c.Connect("honest");
  c.Advance(absl::Seconds(1));  // the second loss of a block waits a little
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Lease, ClaimedCostOfTasksThatWereNotDoneIsRefused) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(OneStage("noop", 1)).value();
  const mc::SendLease lease = c.TakeLease("w1");
  mc::WorkerReport report;
  report.session = c.SessionOf("w1");
  report.token = lease.token;
  report.cost.tasks = 1'000'000;
  report.failure = Failure{FaultKind::kEngineCrash, -1, "x", "", ""};
  c.Send(report);
  EXPECT_TRUE(c.WasClosed("w1"));
}

TEST(Lease, CancelRevokesWhatRunsAndReportsAfterItAreIgnored) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("sleep", 10'000'000, R"({"duration":"1ms"})"));
  const mc::SendLease lease = c.TakeLease("w1");
  c.Cancel(job);
  EXPECT_EQ(c.View(job).state, mc::JobState::kCancelled);
  EXPECT_THAT(c.TakeRevokes("w1"), ::testing::Contains(lease.token));
  c.ReportDone("w1", lease);
  EXPECT_EQ(c.View(job).state, mc::JobState::kCancelled);
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, 0);
  c.Cancel(job);  // again: fine
  EXPECT_EQ(c.View(job).state, mc::JobState::kCancelled);
}

TEST(Lease, CommitBeforeTheCancelIsKeptAndTheJobIsCancelledAllTheSame) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 100));
  const mc::SendLease lease = c.TakeLease("w1");
  c.ReportDone("w1", lease);
  c.Cancel(job);
  EXPECT_EQ(c.View(job).state, mc::JobState::kCancelled);
  EXPECT_EQ(c.View(job).stages[0].tasks_committed, lease.token.block.size(100));
  EXPECT_THAT(c.TakeAcks("w1"), ElementsAre(lease.token));
}

TEST(Lease, CancelAfterTheLastCommitChangesNothing) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  c.ReportDone("w1", c.TakeLease("w1"));
  c.Cancel(job);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Lease, WorkerWithoutAHeartbeatIsLostWithinThreeSecondsAndItsBlockRunsElsewhere) {
  CoreHarness c;
  c.Connect("frozen");
  const JobId job = *c.Submit(OneStage("noop", 1));
  c.TakeLease("frozen");
  c.Connect("healthy");
  for (int tick = 0; tick <= 60; ++tick) {  // three seconds of the loop's ticks, and one more
    EXPECT_FALSE(c.WasClosed("frozen")) << tick;
    c.Heartbeat("healthy");
    c.Advance(absl::Milliseconds(50), /*heartbeats=*/false);
  }
  EXPECT_TRUE(c.WasClosed("frozen"));
  EXPECT_FALSE(c.WasClosed("healthy"));
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Lease, PassThatCannotBeSentFailsTheJobWhateverItsPolicy) {
  CoreHarness c;
  c.Connect("w1");
  mc::JobSpec spec = OneStage("noop", 10);
  spec.stages[0].on_bad_task = mc::TaskPolicy::kQuarantine;
  const JobId job = *c.Submit(spec);
  c.Send(mc::LeaseRefused{c.TakeLease("w1").token, "the definition of this pass has 300000 bytes"});
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kFailed);
  EXPECT_EQ(view.failure->failure.message, "the definition of this pass has 300000 bytes");
}

TEST(Lease, WorkerThatKeepsALeaseIsToldWhenItsPassIsOver) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  const mc::SendLease lease = c.TakeLease("w1");
  c.Disconnect("w1");
  c.Connect("w1", 1, {lease.token});
  EXPECT_TRUE(c.core().state().cluster.Find("w1")->known_passes.contains(lease.token.pass));
  c.ReportDone("w1", lease);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_TRUE(c.core().state().cluster.Find("w1")->known_passes.empty());
}

TEST(Lease, NothingIsLeasedWhileTheCoordinatorsDiskIsLow) {
  CoreHarness c;
  c.Connect("w1");
  c.Send(mc::DiskState{true, 100 << 20, 256 << 20});
  const JobId job = *c.Submit(OneStage("noop", 10));
  EXPECT_THAT(c.TakeLeases("w1"), IsEmpty());
  EXPECT_THAT(c.View(job).waiting_reason, ::testing::HasSubstr("has 100 MiB free, below the reserve of 256 MiB"));
  c.Send(mc::DiskState{false, 1 << 30, 256 << 20});
  EXPECT_EQ(c.View(job).waiting_reason, "");
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Lease, JobThatWaitsBehindOthersSaysSo) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(OneStage("noop", 10)).value();
  const JobId second = *c.Submit(OneStage("noop", 10));
  EXPECT_THAT(c.View(second).waiting_reason, ::testing::HasSubstr("busy with other work"));
}

TEST(Lease, WaitingReasonTellsWhyTheOnlySlotIsNotReady) {
  CoreHarness c;
  c.Connect("w1");
  c.Send(mc::WorkerSlotState{c.SessionOf("w1"), 0, false, "3 engines in a row did not get ready: no device cuda:9"});
  const JobId job = *c.Submit(OneStage("noop", 1));
  EXPECT_THAT(c.View(job).waiting_reason, ::testing::HasSubstr("on worker w1 slot 0 is not ready: 3 engines"));
  EXPECT_THAT(c.Workers().at(0).problems, ElementsAre(::testing::HasSubstr("no device cuda:9")));
}

TEST(Lease, DrainedWorkerGetsNoMoreLeases) {
  CoreHarness c;
  c.Connect("w1");
  c.Connect("w2");
  c.Send(mc::DrainWorker{CallId{99}, "w1"});
  c.Submit(OneStage("noop", 10)).value();
  EXPECT_THAT(c.TakeLeases("w1"), IsEmpty());
  EXPECT_FALSE(c.TakeLeases("w2").empty());
}

TEST(Lease, GoodbyeReturnsLeasesAtOnce) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 2));
  c.TakeLeases("w1");
  c.Goodbye("w1");
  c.Connect("w2");
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Lease, ShortDisconnectionKeepsTheLease) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  const mc::SendLease lease = c.TakeLease("w1");
  c.Disconnect("w1");
  c.Advance(absl::Seconds(1), /*heartbeats=*/false);
  const std::vector<mc::KeptLease> kept = c.Connect("w1", 1, {lease.token});
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].token, lease.token);
  c.ReportDone("w1", lease);
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Lease, TimeInWhichTheLoopDidNotRunIsNotHeldAgainstWorkers) {
  CoreHarness c;
  c.Connect("w1");
  c.Advance(absl::ZeroDuration());
  c.Send(mc::Tick{absl::ZeroDuration()});
  // The process was stopped for a minute: the tick says so.
  mc::Decision ignored;
  c.Advance(absl::Seconds(2), /*heartbeats=*/false);
  c.Send(mc::Tick{absl::Seconds(60)});
  EXPECT_FALSE(c.WasClosed("w1"));
}

TEST(Lease, NumericPassesStayInOneNumericClass) {
  CoreHarness c;
  c.Connect("old", 1, {}, "cpu:sse");
  c.Connect("new", 1, {}, "cpu:avx2");
  const JobId job = *c.Submit(OneStage("random_sum", 50));
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Lease, WaitingReasonNamesWhatIsMissing) {
  CoreHarness c;
  const JobId job = *c.Submit(OneStage("noop", 1));
  EXPECT_THAT(c.View(job).waiting_reason, ::testing::HasSubstr("no worker is connected"));
  c.Connect("w1");
  EXPECT_EQ(c.View(job).waiting_reason, "");
}

TEST(Lease, HigherPriorityIsServedFirst) {
  CoreHarness c;
  mc::JobSpec low = OneStage("noop", 5), high = OneStage("noop", 5);
  high.priority = 10;
  c.Submit(low).value();
  const JobId urgent = *c.Submit(high);
  c.Connect("w1");
  for (const mc::SendLease& lease : c.TakeLeases("w1")) EXPECT_EQ(lease.token.job, urgent);
}

TEST(Lease, RepeatedSubmitAnswersTheSameJob) {
  CoreHarness c;
  const JobId first = *c.Submit(OneStage("noop", 5), "request-1");
  EXPECT_EQ(*c.Submit(OneStage("noop", 5), "request-1"), first);
  EXPECT_EQ(c.Submit(OneStage("noop", 6), "request-1").status().code(), absl::StatusCode::kAlreadyExists);
}

TEST(Lease, NewSessionOfAWorkerReplacesTheOldOne) {
  CoreHarness c;
  c.Connect("w1");
  const SessionId old = c.SessionOf("w1");
  c.Connect("w1");
  EXPECT_NE(c.SessionOf("w1"), old);
  EXPECT_FALSE(c.WasClosed("w1"));
  c.Send(mc::SessionClosed{old});  // late news of the old stream changes nothing
  const JobId job = *c.Submit(OneStage("noop", 3));
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Lease, JobsThatReadSharedFilesWaitForAWorkerThatMayReadThem) {
  CoreHarness c;
  const auto connect = [&c](const std::string& name, uint64_t session, bool reads_shared) {
    mc::WorkerHello hello;
    hello.session = {session};
    hello.worker = name;
    hello.slots = {{"cpu", 0, "cpu"}};
    hello.reads_shared = reads_shared;
    c.Send(hello);
    c.Send(mc::WorkerSlotState{hello.session, 0, /*ready=*/true});
  };
  connect("blind", 1001, false);
  mc::JobSpec spec = OneStage("noop", 1);
  mc::InputSpec input;
  input.name = "rows";
  input.format = "csv";
  input.path = "/data/rows.csv";
  input.shared = true;
  spec.inputs = {input};
  const JobId job = *c.Submit(spec);
  EXPECT_THAT(c.View(job).waiting_reason, ::testing::HasSubstr("start one with --shared-dir"));
  connect("reader", 1002, true);
  EXPECT_EQ(c.View(job).waiting_reason, "");
  const auto workers = c.Workers();
  const auto leases = [&workers](const std::string& name) {
    return std::find_if(workers.begin(), workers.end(), [&](const auto& w) { return w.name == name; })->leases;
  };
  EXPECT_EQ(leases("blind"), 0);
  EXPECT_GT(leases("reader"), 0);
}

}  // namespace
}  // namespace mote::testing
