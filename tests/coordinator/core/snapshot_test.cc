#include "coordinator/core/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

mc::JobSpec SomeJob(std::mt19937& random) {
  mc::JobSpec spec = OneStage(random() % 2 ? "echo" : "noop", 1 + random() % 300);
  spec.stages[0].on_bad_task = random() % 2 ? mc::TaskPolicy::kQuarantine : mc::TaskPolicy::kFail;
  if (random() % 4 == 0) spec.stages[0].verify.replicas = 2;
  spec.tenant = absl::StrCat("tenant", random() % 3);
  spec.priority = static_cast<int>(random() % 3);
  return spec;
}

void ConnectAll(CoreHarness& c) {
  for (const char* worker : {"w0", "w1", "w2"}) c.Connect(worker);
}

// One random thing that a client or a worker does.
void Disturb(CoreHarness& c, std::mt19937& random, std::vector<JobId>& jobs) {
  const std::string worker = absl::StrCat("w", random() % 3);
  switch (random() % 8) {
    case 0:
      jobs.push_back(*c.Submit(SomeJob(random), random() % 2 ? absl::StrCat("request", jobs.size()) : ""));
      break;
    case 1:
      c.Connect(worker, 1 + static_cast<int>(random() % 3));
      break;
    case 2:
      c.Advance(absl::Milliseconds(static_cast<int>(random() % 4000)), random() % 4 != 0);
      break;
    case 3:
      if (random() % 4 == 0 && !jobs.empty()) c.Cancel(jobs[random() % jobs.size()]);
      break;
    default:
      for (const mc::SendLease& lease : c.TakeLeases(worker)) {
        const int64_t size = lease.token.block.size(lease.pass->task_count);
        const int64_t done = static_cast<int64_t>(random() % static_cast<uint64_t>(size));
        if (random() % 4 != 0) {
          c.ReportDone(worker, lease);
        } else if (random() % 2 == 0) {
          c.ReportFault(worker, lease, random() % 2 ? FaultKind::kEngineCrash : FaultKind::kUnavailable, -1, done);
        } else {
          c.ReportFault(worker, lease, FaultKind::kApplication, lease.token.block.begin() + done, done);
        }
      }
  }
}

TEST(Snapshot, AndTheRestOfTheJournalLeadWhereAllOfItLeads) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    CoreHarness c;
    std::vector<JobId> jobs;
    for (int step = 0; step < 120; ++step) {
      if (step % 40 == 39) c.Restart();
      if (step % 40 == 0 || step % 40 == 39) ConnectAll(c);
      Disturb(c, random, jobs);
    }
    for (int i = 0; i < 8; ++i) c.CheckSnapshotAt(random() % (c.journal().size() + 1));
    c.CheckSnapshotAt(c.journal().size());
    ASSERT_FALSE(HasFailure());
  }
}

TEST(Snapshot, OfASnapshotIsItself) {
  CoreHarness c;
  ConnectAll(c);
  std::mt19937 random(7);
  std::vector<JobId> jobs;
  for (int step = 0; step < 100; ++step) Disturb(c, random, jobs);
  const std::vector<mc::Event> once = mc::SnapshotOf(c.core().state(), c.now());
  mc::Core again(c.options, mc::BuiltinPlanners());
  for (const mc::Event& event : once) ASSERT_TRUE(again.Replay(event).ok());
  EXPECT_TRUE(mc::SnapshotOf(again.state(), c.now()) == once);
}

TEST(Snapshot, DoesNotGrowWithWhatWasCommitted) {
  CoreHarness c;
  c.Connect("w1", 4);
  c.Submit(OneStage("noop", 100'000)).value();
  const auto commit = [&c](int leases) {
    for (int i = 0; i < leases; ++i) c.ReportDone("w1", c.TakeLease("w1"));
    return mc::SnapshotOf(c.core().state(), c.now()).size();
  };
  const size_t early = commit(5), late = commit(500);
  EXPECT_GT(c.journal().size(), 1000u);
  EXPECT_LE(late, early + 2);
  EXPECT_LT(late, 20u);
}

TEST(Snapshot, LongListsAreCutIntoEventsBelowTheLimitOfARecord) {
  CoreHarness c;
  c.Connect("w1", 1);
  mc::JobSpec spec = OneStage("noop", 4000);
  spec.stages[0].on_bad_task = mc::TaskPolicy::kQuarantine;
  const JobId job = *c.Submit(spec);
  while (!IsTerminal(c.View(job).state) && c.View(job).absent.size() < 900) {
    for (const mc::SendLease& lease : c.TakeLeases("w1")) {
      c.ReportFault("w1", lease, FaultKind::kApplication, lease.token.block.begin(), 0);
    }
  }
  size_t events = 0, tasks = 0;
  for (const mc::Event& event : mc::SnapshotOf(c.core().state(), c.now())) {
    const auto* absent = std::get_if<mc::AbsentRestored>(&event);
    if (absent == nullptr) continue;
    ++events;
    size_t bytes = 0;
    for (const mc::AbsentView& task : absent->tasks) bytes += 64 + task.stage.size() + task.message.size();
    EXPECT_LE(bytes, size_t{48} << 10);
    tasks += absent->tasks.size();
  }
  EXPECT_EQ(tasks, c.View(job).absent.size());
  EXPECT_GT(events, 1u);
}

TEST(Snapshot, BehindOtherEventsIsRefused) {
  CoreHarness c;
  c.Submit(OneStage("noop", 3)).value();
  mc::Core core(c.options, mc::BuiltinPlanners());
  ASSERT_TRUE(core.Replay(mc::EpochStarted{Epoch{1}}).ok());
  const absl::Status status = core.Replay(mc::SnapshotOf(c.core().state(), c.now()).front());
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("a snapshot stands behind other events"));
}

TEST(Snapshot, ArtifactsThatAreLongGoneAreForgotten) {
  mc::State state;
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  const ArtifactRef old{Sha256("old"), 3, false}, fresh{Sha256("new"), 3, false};
  state.drops = {{now - absl::Hours(2), old}, {now - absl::Minutes(2), fresh}};
  std::vector<std::pair<absl::Time, ArtifactRef>> kept;
  for (const mc::Event& event : mc::SnapshotOf(state, now)) {
    if (const auto* drops = std::get_if<mc::DropsRestored>(&event)) kept = drops->drops;
  }
  EXPECT_THAT(kept, ::testing::ElementsAre(std::pair(now - absl::Minutes(2), fresh)));
}

}  // namespace
}  // namespace mote::testing
