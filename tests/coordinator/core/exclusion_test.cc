// Slots that fail at what others do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/core/slot_health.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

mc::JobSpec Patient(int64_t tasks) {
  mc::JobSpec spec = OneStage("noop", tasks);
  spec.stages[0].attempts_max = 100;  // what is tested is the slot, not the tasks
  return spec;
}

const mc::SlotHealth& HealthOf(const CoreHarness& c, const std::string& worker) {
  return c.core().state().cluster.Find(worker)->slots[0].health;
}

// "good" does its leases, "bad" fails each of its own, until "bad" is excluded or so
// many rounds have passed.
void RunBeside(CoreHarness& c, const std::string& good, const std::string& bad, int rounds) {
  for (int i = 0; i < rounds && !HealthOf(c, bad).excluded; ++i) {
    for (const mc::SendLease& lease : c.TakeLeases(good)) c.ReportDone(good, lease);
    for (const mc::SendLease& lease : c.TakeLeases(bad)) c.ReportFault(bad, lease, FaultKind::kEngineCrash);
    c.Advance(absl::Milliseconds(100));
  }
  for (const mc::SendLease& lease : c.TakeLeases(bad)) c.ReportFault(bad, lease, FaultKind::kEngineCrash);
}

// A long job on both: "bad" is excluded beside "good".
void ExcludeBad(CoreHarness& c) {
  c.Connect("good");
  c.Connect("bad");
  c.Submit(Patient(1'000'000)).value();
  RunBeside(c, "good", "bad", 200);
}

TEST(SlotHealth, FewFailuresBesideFewSuccessesProveNothing) {
  mc::SlotHealth health;
  mc::Outcomes all;
  for (int i = 1; i <= 3; ++i) {
    ++all.failures;
    health.AddFailure({JobId{1}, "noop"}, all, "x");
  }
  EXPECT_FALSE(health.IsWorseThanOthers(all)) << "nobody has succeeded meanwhile";
  all.commits = 5;
  EXPECT_FALSE(health.IsWorseThanOthers(all));
  all.commits = 200;
  EXPECT_TRUE(health.IsWorseThanOthers(all));
  all.failures += 100;
  EXPECT_FALSE(health.IsWorseThanOthers(all)) << "the others fail as well";
}

TEST(SlotHealth, CoolDownDoublesUpToFiveMinutes) {
  mc::SlotHealth health;
  const absl::Time now = absl::UnixEpoch();
  health.Exclude(now);
  EXPECT_EQ(health.excluded_until, now + absl::Seconds(10));
  EXPECT_FALSE(health.on_probation());
  health.Readmit();
  EXPECT_TRUE(health.on_probation());
  health.Exclude(now);
  EXPECT_EQ(health.excluded_until, now + absl::Seconds(20));
  for (int i = 0; i < 10; ++i) health.Exclude(now);
  EXPECT_EQ(health.excluded_until, now + absl::Minutes(5));
}

TEST(Exclusion, SlotThatFailsWhatOthersDoIsExcludedThenProbedWithOneTask) {
  CoreHarness c;
  ExcludeBad(c);
  ASSERT_TRUE(HealthOf(c, "bad").excluded);
  EXPECT_FALSE(HealthOf(c, "good").excluded);
  EXPECT_THAT(c.Workers().at(0).problems, ElementsAre(HasSubstr("slot 0 is excluded for another 9.9s: it failed")));
  EXPECT_THAT(c.TakeLeases("bad"), IsEmpty());
  c.Advance(absl::Seconds(9));
  EXPECT_THAT(c.TakeLeases("bad"), IsEmpty());
  c.Advance(absl::Seconds(1));
  std::vector<mc::SendLease> probe = c.TakeLeases("bad");
  ASSERT_EQ(probe.size(), 1u);
  EXPECT_EQ(probe[0].token.block.level, 0);

  c.ReportFault("bad", probe[0], FaultKind::kEngineCrash);
  EXPECT_THAT(c.Workers().at(0).problems, ElementsAre(HasSubstr("excluded for another 20s")));
  c.Advance(absl::Seconds(20));
  probe = c.TakeLeases("bad");
  ASSERT_EQ(probe.size(), 1u);
  c.ReportDone("bad", probe[0]);
  EXPECT_THAT(c.Workers().at(0).problems, IsEmpty()) << "all is forgiven";
  EXPECT_GT(c.TakeLeases("bad").size(), 1u);
}

TEST(Exclusion, TheLastCapableSlotIsUsedAndTheWarningIsVisible) {
  CoreHarness c;
  ExcludeBad(c);
  ASSERT_TRUE(HealthOf(c, "bad").excluded);
  c.Goodbye("good");
  c.Advance(absl::Seconds(2));
  EXPECT_FALSE(HealthOf(c, "bad").excluded);
  const std::vector<mc::SendLease> leases = c.TakeLeases("bad");
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_THAT(c.Workers().at(0).problems, ElementsAre(HasSubstr("used only because no other slot can run this work")));
  c.ReportFault("bad", leases[0], FaultKind::kEngineCrash);
  c.Advance(absl::Seconds(15));
  EXPECT_FALSE(c.TakeLeases("bad").empty()) << "it goes on";
}

TEST(Exclusion, TheLastCapableSlotIsNotSoughtOnAWorkerThatLeaves) {
  CoreHarness c;
  ExcludeBad(c);
  c.Connect("worse");
  RunBeside(c, "good", "worse", 200);
  ASSERT_TRUE(HealthOf(c, "worse").excluded);
  ASSERT_TRUE(HealthOf(c, "bad").excluded) << "and is back sooner";
  c.Send(mc::WorkerDraining{c.SessionOf("bad")});
  c.Goodbye("good");
  c.Advance(absl::Milliseconds(100));
  EXPECT_TRUE(HealthOf(c, "bad").excluded);
  EXPECT_FALSE(HealthOf(c, "worse").excluded);
}

TEST(Exclusion, NewSessionDoesNotMakeASlotBetter) {
  CoreHarness c;
  ExcludeBad(c);
  ASSERT_TRUE(HealthOf(c, "bad").excluded);
  c.Connect("bad");
  EXPECT_THAT(c.TakeLeases("bad"), IsEmpty());
}

TEST(Exclusion, PoisonTasksExcludeNobody) {
  CoreHarness c;
  c.Connect("w1");
  c.Connect("w2");
  mc::JobSpec spec = OneStage("noop", 2000);
  spec.stages[0].on_bad_task = mc::TaskPolicy::kQuarantine;
  const JobId job = *c.Submit(spec);
  for (int i = 0; i < 3000 && !IsTerminal(c.View(job).state); ++i) {
    for (const std::string worker : {"w1", "w2"}) {
      for (const mc::SendLease& lease : c.TakeLeases(worker)) {
        const TaskRange range = lease.token.block.range(2000);
        const bool poison = range.begin <= 777 && 777 < range.end;
        poison ? c.ReportFault(worker, lease, FaultKind::kEngineCrash) : c.ReportDone(worker, lease);
      }
      ASSERT_FALSE(HealthOf(c, worker).excluded);
    }
    c.Advance(absl::Milliseconds(100));
  }
  EXPECT_EQ(c.View(job).state, mc::JobState::kPartlyQuarantined);
  EXPECT_EQ(c.View(job).absent.size(), 1u);
}

TEST(Exclusion, AWorkerThatTakesItsLeasesWithItAgainAndAgainCoolsDown) {
  CoreHarness c;
  c.Connect("good");
  c.Submit(Patient(1'000'000)).value();
  for (int i = 0; i < 3; ++i) {
    c.Connect("bad");
    EXPECT_FALSE(HealthOf(c, "bad").excluded) << i;
    ASSERT_FALSE(c.TakeLeases("bad").empty()) << i;
    c.Disconnect("bad");
    c.Advance(absl::Seconds(4));
  }
  c.Connect("bad");
  EXPECT_TRUE(HealthOf(c, "bad").excluded);
  EXPECT_THAT(HealthOf(c, "bad").cause, HasSubstr("bad"));
  EXPECT_THAT(c.TakeLeases("bad"), IsEmpty());
  c.Advance(absl::Seconds(11));
  c.Advance(absl::Milliseconds(100));
  const mc::SendLease probe = c.TakeLease("bad");
  EXPECT_EQ(probe.token.block.size(1'000'000), 1) << "on probation";
  c.ReportDone("bad", probe);
  c.Disconnect("bad");
  c.Advance(absl::Seconds(4));
  c.Connect("bad");
  EXPECT_FALSE(HealthOf(c, "bad").excluded) << "it has done something meanwhile";
}

TEST(Exclusion, AWorkerThatLeavesWithoutWorkMayComeBack) {
  CoreHarness c;
  for (int i = 0; i < 5; ++i) {
    c.Connect("idle");
    c.Disconnect("idle");
    c.Advance(absl::Seconds(4));
  }
  c.Connect("idle");
  EXPECT_FALSE(HealthOf(c, "idle").excluded);
}

}  // namespace
}  // namespace mote::testing
