#include "coordinator/core/run_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<JobId> Front(const mc::RunQueue& queue, size_t count,
                         const std::map<std::string, absl::Duration>& tenants = {}) {
  return queue.Front(count, tenants, [](JobId) { return true; });
}

TEST(RunQueue, PriorityThenTheLeastShareThenAge) {
  mc::RunQueue queue;
  queue.Put(JobId{1}, 0, "t", absl::Seconds(5));
  queue.Put(JobId{2}, 0, "t", absl::Seconds(1));
  queue.Put(JobId{3}, 0, "t", absl::Seconds(1));
  queue.Put(JobId{4}, 7, "t", absl::Seconds(9));
  EXPECT_THAT(Front(queue, 10), ElementsAre(JobId{4}, JobId{2}, JobId{3}, JobId{1}));
  queue.Put(JobId{2}, 0, "t", absl::Seconds(6));
  EXPECT_THAT(Front(queue, 10), ElementsAre(JobId{4}, JobId{3}, JobId{1}, JobId{2}));
  EXPECT_EQ(queue.LeastShare(0, "t"), absl::Seconds(1));
  for (const uint64_t id : {1, 2, 3, 4, 4}) queue.Erase(JobId{id});
  EXPECT_TRUE(queue.empty());
  EXPECT_THAT(Front(queue, 10), IsEmpty());
}

TEST(RunQueue, OneTenantsManyJobsLeaveRoomForTheOthers) {
  mc::RunQueue queue;
  for (uint64_t id = 1; id <= 100'000; ++id) queue.Put(JobId{id}, 0, "many", absl::ZeroDuration());
  queue.Put(JobId{200'000}, 0, "few", absl::Hours(1));
  EXPECT_THAT(Front(queue, 3), ElementsAre(JobId{200'000}, JobId{1}, JobId{2}));
  EXPECT_THAT(Front(queue, 3, {{"few", absl::Hours(2)}}), ElementsAre(JobId{1}, JobId{200'000}, JobId{2}));
}

TEST(RunQueue, JobsThatNoSlotFitsAreSkipped) {
  mc::RunQueue queue;
  for (uint64_t id = 1; id <= 4; ++id) queue.Put(JobId{id}, 0, "t", absl::ZeroDuration());
  EXPECT_THAT(queue.Front(2, {}, [](JobId job) { return job.value % 2 == 0; }), ElementsAre(JobId{2}, JobId{4}));
}

// A worker's slots run what they are given, one after another, `rounds` times.
std::map<JobId, int> TasksDone(CoreHarness& c, const std::string& worker, int rounds) {
  std::map<JobId, int> done;
  for (int i = 0; i < rounds; ++i) {
    for (const mc::SendLease& lease : c.TakeLeases(worker)) {
      done[lease.token.job] += static_cast<int>(lease.token.block.size(lease.pass->task_count));
      c.ReportDone(worker, lease);
    }
    c.Advance(absl::Milliseconds(10));
  }
  return done;
}

TEST(RunQueue, SmallJobIsServedBesideAHugeOneOfTheSameTenant) {
  CoreHarness c;
  c.Connect("w1", 4);
  c.Submit(OneStage("noop", 100'000'000)).value();
  TasksDone(c, "w1", 20);
  const JobId small = *c.Submit(OneStage("noop", 50));
  TasksDone(c, "w1", 40);
  EXPECT_EQ(c.View(small).state, mc::JobState::kSucceeded);
}

TEST(RunQueue, JobsOfOneTenantShareTheSlotsFromTheFirstLeaseOn) {
  CoreHarness c;
  const JobId first = *c.Submit(OneStage("sleep", 1000, R"({"duration":"1m"})"));
  const JobId second = *c.Submit(OneStage("sleep", 1000, R"({"duration":"1m"})"));
  c.Connect("w1", 4);
  std::map<JobId, int> leases;
  for (const mc::SendLease& lease : c.TakeLeases("w1")) ++leases[lease.token.job];
  EXPECT_EQ(leases[first], leases[second]);
}

TEST(RunQueue, NewJobsDoNotStarveOneThatHasRunForLong) {
  CoreHarness c;
  c.Connect("w1", 1);
  const JobId old = *c.Submit(OneStage("noop", 100'000'000));
  TasksDone(c, "w1", 200);
  const int64_t before = c.View(old).stages[0].tasks_committed;
  for (int i = 0; i < 20; ++i) {
    c.Submit(OneStage("noop", 1'000'000)).value();
    TasksDone(c, "w1", 5);
  }
  EXPECT_GT(c.View(old).stages[0].tasks_committed, before);
}

}  // namespace
}  // namespace mote::testing
