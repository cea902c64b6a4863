#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "tests/coordinator/core/reference_workers.h"

namespace mote::testing {
namespace {

constexpr int64_t kTasks = 300;

struct Spilled {
  int64_t nodes = 0;       // that went to the store
  int64_t held_bytes = 0;  // the most that the pass held of partials at once
  std::string answer;
};

// Blocks of odd tasks wait until all others are done: nothing combines for a long time.
Spilled RunSum(int64_t partial_bytes_max, int64_t spilled_bytes_min) {
  CoreHarness c;
  c.options.partial_bytes_max = partial_bytes_max;
  c.options.spilled_bytes_min = spilled_bytes_min;
  c.Restart();
  ReferenceWorkers workers(c, ReferenceWorkers::Partials::kReported);
  for (const char* name : {"w1", "w2"}) c.Connect(name, 200);
  const JobId job = *c.Submit(SumJob(kTasks));
  Spilled spilled;
  std::deque<std::pair<std::string, mc::SendLease>> even, odd;
  while (!IsTerminal(c.View(job).state)) {
    for (const char* name : {"w1", "w2"}) {
      for (const mc::SendLease& lease : c.TakeLeases(name)) {
        (lease.token.block.begin() % 2 == 0 ? even : odd).emplace_back(name, lease);
      }
    }
    auto& next = even.empty() ? odd : even;
    if (next.empty()) break;
    workers.Run(next.front().first, next.front().second);
    next.pop_front();
    for (const auto& [id, pass] : c.core().state().jobs.at(job)->passes) {
      spilled.held_bytes = std::max(spilled.held_bytes, pass.fold.partial_bytes());
    }
  }
  for (const mc::Event& event : c.journal()) {
    const auto* committed = std::get_if<mc::BlockCommitted>(&event);
    if (committed == nullptr) continue;
    spilled.nodes += std::count_if(committed->nodes.begin(), committed->nodes.end(),
                                   [](const Node& node) { return node.in_store(); });
  }
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  c.Advance(absl::Seconds(20));
  EXPECT_TRUE(c.core().state().artifact_users.empty()) << "nothing reads partials any more";
  spilled.answer = AnswerOf(c, job);
  return spilled;
}

TEST(Spill, WhatAPassHoldsIsBoundedAndItsBitsAreTheSame) {
  const Spilled unbounded = RunSum(1 << 30, 0);
  EXPECT_EQ(unbounded.nodes, 0);
  const int64_t bound = unbounded.held_bytes / 4;
  const Spilled bounded = RunSum(bound, 0);
  EXPECT_GT(bounded.nodes, 10);
  EXPECT_LE(bounded.held_bytes, bound);
  EXPECT_EQ(bounded.answer, unbounded.answer);
  EXPECT_EQ(RunSum(0, 0).answer, unbounded.answer);
}

// Two jobs whose passes each wait for low tasks: what one holds is not left to the other.
TEST(Spill, PassesShareOneBound) {
  CoreHarness c;
  c.options.partial_bytes_max = 1000;
  c.options.spilled_bytes_min = 0;
  c.Restart();
  ReferenceWorkers workers(c, ReferenceWorkers::Partials::kReported);
  for (const char* name : {"w1", "w2"}) c.Connect(name, 200);
  const JobId jobs[] = {*c.Submit(SumJob(kTasks)), *c.Submit(SumJob(kTasks))};
  std::vector<std::pair<std::string, mc::SendLease>> odd;
  int64_t held_most = 0;
  const auto run = [&](const std::string& name, const mc::SendLease& lease) {
    workers.Run(name, lease);
    int64_t held = 0;
    for (const JobId job : jobs) {
      for (const auto& [id, pass] : c.core().state().jobs.at(job)->passes) held += pass.fold.partial_bytes();
    }
    EXPECT_EQ(*c.core().state().partial_bytes, held);
    held_most = std::max(held_most, held);
  };
  while (!IsTerminal(c.View(jobs[0]).state) || !IsTerminal(c.View(jobs[1]).state)) {
    std::vector<std::pair<std::string, mc::SendLease>> even;
    for (const char* name : {"w1", "w2"}) {
      for (const mc::SendLease& lease : c.TakeLeases(name)) {
        (lease.token.block.begin() % 2 == 0 ? even : odd).emplace_back(name, lease);
      }
    }
    if (even.empty()) even.swap(odd);
    ASSERT_FALSE(even.empty());
    for (const auto& [name, lease] : even) run(name, lease);
  }
  EXPECT_LE(held_most, c.options.partial_bytes_max);
  EXPECT_EQ(*c.core().state().partial_bytes, 0) << "passes that are over hold nothing";
  EXPECT_EQ(AnswerOf(c, jobs[0]), RunSum(1 << 30, 0).answer);
}

TEST(Spill, SmallValuesStay) { EXPECT_EQ(RunSum(0, 4096).nodes, 0); }

}  // namespace
}  // namespace mote::testing
