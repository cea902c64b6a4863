#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

// Works until nothing is left; the engine dies at each of `poison`, knowing the task
// if `known`.
void RunWithPoison(CoreHarness& c, const std::vector<std::string>& workers, const std::set<int64_t>& poison, bool known,
                   FaultKind kind = FaultKind::kEngineCrash) {
  for (int idle = 0, round = 0; idle < 20 && round < 5000; ++round) {
    ++idle;
    for (const std::string& worker : workers) {
      for (const mc::SendLease& lease : c.TakeLeases(worker)) {
        idle = 0;
        const TaskRange range = lease.token.block.range(lease.pass->task_count);
        const auto guilty = poison.lower_bound(range.begin);
        if (guilty == poison.end() || *guilty >= range.end) {
          c.ReportDone(worker, lease);
        } else {
          c.ReportFault(worker, lease, kind, known ? *guilty : -1);
        }
      }
    }
    c.Advance(absl::Seconds(2));
  }
}

mc::JobSpec Quarantining(int64_t tasks) {
  mc::JobSpec spec = OneStage("echo", tasks);
  spec.stages[0].on_bad_task = mc::TaskPolicy::kQuarantine;
  return spec;
}

TEST(Retry, ApplicationErrorFailsTheJobWithTaskAndCause) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kApplication, 0);
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kFailed);
  ASSERT_TRUE(view.failure.has_value());
  EXPECT_EQ(view.failure->stage, "work");
  EXPECT_EQ(view.failure->failure.task, 0);
  EXPECT_EQ(view.failure->failure.worker, "w1");
  EXPECT_EQ(view.failure->failure.message, "it broke");
  EXPECT_EQ(view.failure->failure.detail, "stderr tail");
}

TEST(Retry, AChangedInputEndsTheJobWhateverItForgives) {
  CoreHarness c;
  c.Connect("w1");
  mc::JobSpec spec = Quarantining(100);
  spec.stages[0].retry_application = true;
  const JobId job = *c.Submit(spec);
  c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kInputChanged, 3);
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kFailed);
  ASSERT_TRUE(view.failure.has_value());
  EXPECT_EQ(view.failure->failure.kind, FaultKind::kInputChanged);
  EXPECT_TRUE(view.absent.empty());
}

TEST(Retry, ApplicationErrorIsRetriedWhereTheJobSaysSo) {
  CoreHarness c;
  c.Connect("w1");
  mc::JobSpec spec = OneStage("noop", 1);
  spec.stages[0].retry_application = true;
  const JobId lucky = *c.Submit(spec);
  c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kApplication, 0);
  c.Advance(absl::Seconds(2));
  c.RunAll();
  EXPECT_EQ(c.View(lucky).state, mc::JobState::kSucceeded);

  const JobId unlucky = *c.Submit(spec);
  for (int attempt = 0; attempt < 3; ++attempt) {
    ASSERT_FALSE(IsTerminal(c.View(unlucky).state)) << attempt;
    c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kApplication, 0);
    c.Advance(absl::Seconds(2));
  }
  EXPECT_EQ(c.View(unlucky).state, mc::JobState::kFailed);
  EXPECT_EQ(c.View(unlucky).failure->failure.message, "it broke");
}

TEST(Retry, SlotTimeOfFailedAttemptsIsCountedAsWasted) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 2));
  const mc::SendLease crashed = c.TakeLease("w1");
  c.Advance(absl::Seconds(4));
  mc::WorkerReport report;
  report.session = c.SessionOf("w1");
  report.token = crashed.token;
  report.failure = Failure{FaultKind::kEngineCrash, -1, "it broke", "", ""};
  report.slot_time = absl::Seconds(3);
  c.Send(report);
  mc::CostView cost = c.View(job).stages[0].cost;
  EXPECT_EQ(cost.wasted_time, absl::Seconds(3));
  EXPECT_EQ(cost.device_time, absl::Seconds(3));

  c.TakeLease("w1");
  c.Advance(absl::Seconds(2));
  c.Advance(c.options.heartbeat_timeout + absl::Seconds(1), /*heartbeats=*/false);  // the worker is lost
  cost = c.View(job).stages[0].cost;
  EXPECT_GE(cost.wasted_time, absl::Seconds(5));
  EXPECT_EQ(cost.device_time, cost.wasted_time);
  EXPECT_EQ(cost.beaten_time, absl::ZeroDuration());
  c.Restart();
  EXPECT_EQ(c.View(job).stages[0].cost, cost);
}

TEST(Retry, EngineCrashIsRetriedAndTheJobSucceeds) {
  CoreHarness c;
  c.Connect("w1");
  c.Connect("w2");
  const JobId job = *c.Submit(OneStage("noop", 8));
  c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kEngineCrash, 0);
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(job).stages[0].cost.attempts_lost, 1);
}

TEST(Retry, TaskThatAlwaysCrashesFailsTheJobAfterItsAttempts) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 100));
  RunWithPoison(c, {"w1"}, {57}, /*known=*/true);
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kFailed);
  EXPECT_EQ(view.failure->failure.task, 57);
  EXPECT_EQ(view.stages[0].cost.attempts_lost, 3);
}

TEST(Retry, PoisonTasksAreQuarantinedAndNeighboursAreNot) {
  for (const bool known : {true, false}) {
    CoreHarness c;
    c.Connect("w1");
    c.Connect("w2");
    const JobId job = *c.Submit(Quarantining(300));
    RunWithPoison(c, {"w1", "w2"}, {0, 131, 299}, known);
    const mc::JobView view = c.View(job);
    EXPECT_EQ(view.state, mc::JobState::kPartlyQuarantined) << "known: " << known;
    std::vector<int64_t> absent;
    for (const mc::AbsentView& task : view.absent) absent.push_back(task.task);
    EXPECT_THAT(absent, ::testing::UnorderedElementsAre(0, 131, 299));
    EXPECT_EQ(view.outputs.at(0).output.rows, 297);
  }
}

TEST(Retry, BlocksAtTheRightEdgeAreBisectedDownToOneTask) {
  for (const int64_t tasks : {3, 6, 110, 119}) {
    CoreHarness c;
    c.Connect("w1");
    const JobId job = *c.Submit(Quarantining(tasks));
    std::set<int64_t> poison;
    for (int64_t task = 2; task < tasks; ++task) poison.insert(task);
    RunWithPoison(c, {"w1"}, poison, /*known=*/false);
    EXPECT_EQ(c.View(job).state, mc::JobState::kPartlyQuarantined) << tasks << " tasks";
    EXPECT_EQ(c.View(job).absent.size(), poison.size());
  }
}

TEST(Retry, ResultWithAbsentTasksDoesNotDependOnHowTheyWereFound) {
  std::set<std::string> results;
  for (const bool known : {true, false}) {
    for (const int workers : {1, 3}) {
      CoreHarness c;
      std::vector<std::string> names;
      for (int i = 0; i < workers; ++i) {
        names.push_back(absl::StrCat("w", i));
        c.Connect(names.back());
      }
      const JobId job = *c.Submit(Quarantining(100));
      RunWithPoison(c, names, {40}, known);
      results.insert(c.TableBytes(c.View(job).outputs.at(0).output));
    }
  }
  EXPECT_EQ(results.size(), 1u);
}

TEST(Retry, ApplicationErrorInsideABlockKeepsItsFinishedPrefix) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Quarantining(64));
  std::vector<mc::SendLease> leases = c.TakeLeases("w1");
  while (leases.back().token.block.level < 2) {
    for (const mc::SendLease& lease : leases) c.ReportDone("w1", lease);
    leases = c.TakeLeases("w1");
  }
  const mc::SendLease& lease = leases.back();
  const int64_t guilty = lease.token.block.begin() + 2;
  c.ReportFault("w1", lease, FaultKind::kApplication, guilty, 2);
  leases.pop_back();
  for (const mc::SendLease& other : leases) c.ReportDone("w1", other);
  c.RunAll();
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kPartlyQuarantined);
  ASSERT_EQ(view.absent.size(), 1u);
  EXPECT_EQ(view.absent[0].task, guilty);
  EXPECT_EQ(view.outputs.at(0).output.rows, 63);
}

TEST(Retry, AllTasksAbsentStillEndsTheJob) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(Quarantining(2));
  RunWithPoison(c, {"w1"}, {0, 1}, true, FaultKind::kApplication);
  EXPECT_EQ(c.View(job).state, mc::JobState::kPartlyQuarantined);
  EXPECT_EQ(c.View(job).outputs.at(0).output.rows, 0);
}

TEST(Retry, LostWorkersAreNotTheTasksFault) {
  CoreHarness c;
  const JobId job = *c.Submit(OneStage("noop", 1));
  for (int i = 0; i < 4; ++i) {
    const std::string worker = absl::StrCat("w", i);
    c.Connect(worker);
    c.Advance(absl::Seconds(2));
    c.TakeLease(worker);
    c.Advance(absl::Seconds(20), /*heartbeats=*/false);
  }
  EXPECT_FALSE(IsTerminal(c.View(job).state));
  c.Connect("good");
  c.Advance(absl::Seconds(2));
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Retry, GoodbyesAndBlocksGivenBackAreNobodysFault) {
  CoreHarness c;
  const JobId job = *c.Submit(OneStage("noop", 1));
  for (int i = 0; i < 30; ++i) {
    const std::string worker = absl::StrCat("w", i);
    c.Connect(worker);
    const mc::SendLease lease = c.TakeLease(worker);
    if (i % 2 == 0) {
      c.Goodbye(worker);
    } else {  // its engines do not start
      c.Send(mc::WorkerSlotState{c.SessionOf(worker), 0, false, "no engine"});
      c.ReportFault(worker, lease, FaultKind::kGivenBack);
    }
  }
  ASSERT_FALSE(IsTerminal(c.View(job).state));
  EXPECT_EQ(c.View(job).stages[0].cost.attempts_lost, 0);
  c.Connect("good");
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Retry, LostWorkersDoNotUseUpTheAttemptsOfATaskThatCrashesLater) {
  CoreHarness c;
  const JobId job = *c.Submit(OneStage("noop", 1));
  for (int i = 0; i < 5; ++i) {
    const std::string worker = absl::StrCat("lost", i);
    c.Connect(worker);
    c.Advance(absl::Seconds(2));
    c.TakeLease(worker);
    c.Advance(absl::Seconds(20), /*heartbeats=*/false);
  }
  c.Connect("w1");
  for (int crash = 1; crash <= 3; ++crash) {
    c.Advance(absl::Seconds(2));
    ASSERT_FALSE(IsTerminal(c.View(job).state)) << "crash " << crash;
    c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kEngineCrash, 0);
  }
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
  EXPECT_EQ(c.View(job).failure->failure.kind, FaultKind::kEngineCrash);
}

TEST(Retry, TaskThatTakesItsWorkersDownEndsTheJobAndSaysSo) {
  CoreHarness c;
  const JobId job = *c.Submit(OneStage("noop", 1));
  int lost = 0;
  for (; lost < 100 && !IsTerminal(c.View(job).state); ++lost) {
    const std::string worker = absl::StrCat("w", lost);
    c.Connect(worker);
    c.Advance(absl::Seconds(11));
    c.Advance(absl::Seconds(20), /*heartbeats=*/false);
  }
  EXPECT_EQ(lost, 20);
  const mc::JobView view = c.View(job);
  ASSERT_EQ(view.state, mc::JobState::kFailed);
  EXPECT_EQ(view.failure->failure.task, 0);
  EXPECT_THAT(view.failure->failure.message, HasSubstr("20 workers failed one after another"));
  EXPECT_THAT(view.failure->failure.message, HasSubstr("w19 was silent"));
}

TEST(Retry, RetryGoesToAnotherSlotThanTheOneThatFailed) {
  CoreHarness c;
  c.Connect("bad");
  c.Connect("good");
  const JobId job = *c.Submit(OneStage("noop", 4));
  const std::vector<mc::SendLease> failing = c.TakeLeases("bad");
  ASSERT_EQ(failing.size(), 2u);
  const mc::SendLease busy = c.TakeLease("good");
  for (const mc::SendLease& lease : failing) c.ReportFault("bad", lease, FaultKind::kEngineCrash);
  EXPECT_THAT(c.TakeLeases("bad"), ::testing::IsEmpty()) << "idle, but it has just failed both";
  c.ReportDone("good", busy);
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(Retry, InputThatStaysUnavailableFailsTheJobInTheEnd) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("noop", 1));
  for (int i = 0; i < 10; ++i) {
    ASSERT_FALSE(IsTerminal(c.View(job).state)) << i;
    std::vector<mc::SendLease> leases = c.TakeLeases("w1");
    ASSERT_EQ(leases.size(), 1u) << i;
    c.ReportFault("w1", leases[0], FaultKind::kUnavailable);
    c.Advance(absl::Seconds(11));
  }
  EXPECT_EQ(c.View(job).state, mc::JobState::kFailed);
}

TEST(Retry, RepeatedFaultsWaitLongerEachTime) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(OneStage("noop", 1)).value();
  c.ReportFault("w1", c.TakeLease("w1"), FaultKind::kUnavailable);
  EXPECT_EQ(c.TakeLeases("w1").size(), 1u) << "the first retry is at once";
}

}  // namespace
}  // namespace mote::testing
