#include "coordinator/core/stage_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;

// Stages of so many tasks, none done, each after others.
mc::Job JobOfStages(const std::vector<std::pair<int64_t, std::vector<int>>>& stages) {
  mc::Job job;
  for (const auto& [tasks, after] : stages) {
    mc::AdmittedStage admitted;
    admitted.after = after;
    job.admitted.stages.push_back(admitted);
    mc::StageRun run;
    run.tasks_total = tasks;
    job.stages.push_back(std::move(run));
  }
  return job;
}

TEST(UpwardRanks, AreTheLongestChainToTheEnd) {
  const auto ms = [](int64_t n) { return absl::Milliseconds(n); };
  // 3 ends the job; 1 and 2 come before it, 0 before both; 4 is alone. Listed in any order.
  mc::Job job = JobOfStages({{4, {}}, {8, {0}}, {2, {0}}, {1, {1, 2}}, {6, {}}});
  EXPECT_THAT(UpwardRanks(job, 1), ElementsAre(ms(13), ms(9), ms(3), ms(1), ms(6)));
  EXPECT_THAT(UpwardRanks(job, 4), ElementsAre(ms(4), ms(3), ms(2), ms(1), absl::Microseconds(1500)));
  // What is done and what was learned count.
  job.stages[0].state = mc::StageState::kComplete;
  job.stages[1].tasks_committed = 4;
  job.stages[1].cost.device_time = absl::Seconds(4);
  EXPECT_THAT(UpwardRanks(job, 1), ElementsAre(ms(4001), ms(4001), ms(3), ms(1), ms(6)));
}

TEST(StageOrder, SlotsGoToTheStageThatTheEndWaitsForLongest) {
  CoreHarness c;
  c.Connect("w1");
  mc::JobSpec spec;
  spec.name = "order";
  spec.stages = {NoopStage("alone", 4, {}), NoopStage("first", 4, {}), NoopStage("second", 4, {"first"}),
                 NoopStage("third", 4, {"second"})};
  const JobId job = *c.Submit(spec);
  std::vector<std::string> order;
  while (c.View(job).state == mc::JobState::kRunning) {
    const mc::SendLease lease = c.TakeLease("w1");
    const mc::Job& running = *c.core().state().FindJob(job);
    const std::string name = running.stage_name(running.passes.at(lease.token.pass).stage);
    if (order.empty() || order.back() != name) order.push_back(name);
    c.ReportDone("w1", lease);
  }
  EXPECT_EQ(order.front(), "first") << "two more stages wait for it";
  EXPECT_EQ(order.at(1), "alone") << "nothing is known of it yet";
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

}  // namespace
}  // namespace mote::testing
