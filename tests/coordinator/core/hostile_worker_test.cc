// A worker that lies is sent away; its tasks run elsewhere and nothing else suffers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

using Lie = std::function<void(mc::WorkerReport&)>;

struct NamedLie {
  const char* name;
  Lie tell;
};

Node NodeOf(Block block) { return {block, std::string("not a partial of any reducer")}; }

// What a worker may say about a lease of the block at task 0 of 8.
std::vector<NamedLie> Lies() {
  return {
      {"a node outside its block",
       [](mc::WorkerReport& r) {
         r.nodes = {NodeOf({0, 7})};
       }},
      {"a node larger than its block",
       [](mc::WorkerReport& r) {
         r.nodes = {NodeOf({3, 0})};
       }},
      {"a node before all tasks",
       [](mc::WorkerReport& r) {
         r.nodes = {NodeOf({0, -1})};
       }},
      {"a node behind all tasks",
       [](mc::WorkerReport& r) {
         r.nodes = {NodeOf({0, 1'000'000})};
       }},
      {"the same node twice",
       [](mc::WorkerReport& r) {
         r.nodes = {NodeOf(r.token.block), NodeOf(r.token.block)};
       }},
      {"bytes that are no partial", [](mc::WorkerReport& r) { r.nodes = {NodeOf(r.token.block)}; }},
      {"an absent task that is not",
       [](mc::WorkerReport& r) {
         r.nodes = {{r.token.block, std::nullopt}};
       }},
      {"more tasks than it has", [](mc::WorkerReport& r) { r.cost.tasks = 1000; }},
      {"a negative cost", [](mc::WorkerReport& r) { r.cost.phase_ns[0] = -1; }},
      {"negative bytes", [](mc::WorkerReport& r) { r.cost.network_bytes = -1; }},
      {"negative memory", [](mc::WorkerReport& r) { r.cost.memory_bytes = -1; }},
      {"a negative time", [](mc::WorkerReport& r) { r.slot_time = -absl::Seconds(1); }},
  };
}

TEST(HostileWorker, EveryLieInAReportEndsItsSessionAndAnotherWorkerDoesTheWork) {
  for (const NamedLie& lie : Lies()) {
    SCOPED_TRACE(lie.name);
    CoreHarness c;
    c.Connect("liar");
    const JobId job = *c.Submit(OneStage("echo", 8));
    const mc::SendLease lease = c.TakeLease("liar");
    mc::WorkerReport report;
    report.session = c.SessionOf("liar");
    report.token = lease.token;
    lie.tell(report);
    c.Send(report);
    EXPECT_TRUE(c.WasClosed("liar"));
    EXPECT_EQ(c.View(job).stages[0].tasks_committed, 0);
    c.Connect("honest");
    c.RunAll();
    EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
    EXPECT_EQ(c.View(job).outputs.at(0).output.rows, 8);
  }
}

TEST(HostileWorker, ReportsOfAnothersLeaseAndOfLeasesThatNeverWereAreAckedAndIgnored) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("echo", 8));
  const mc::SendLease lease = c.TakeLease("w1");
  c.Connect("thief");
  mc::WorkerReport report;
  report.session = c.SessionOf("thief");
  report.failure = Failure{FaultKind::kApplication, 0, "ha", "", ""};
  report.token = lease.token;
  std::vector<LeaseToken> tokens = {lease.token};
  for (const auto& change : std::vector<std::function<void(LeaseToken&)>>{
           [](LeaseToken& t) { t.epoch = Epoch{99}; }, [](LeaseToken& t) { t.job = JobId{99}; },
           [](LeaseToken& t) { t.pass = PassId{99}; }, [](LeaseToken& t) { t.attempt = 99; },
           [](LeaseToken& t) {
             t.block = {62, 1};
           }}) {
    tokens.push_back(lease.token);
    change(tokens.back());
  }
  for (const LeaseToken& token : tokens) {
    report.token = token;
    c.Send(report);
  }
  EXPECT_EQ(c.TakeAcks("thief"), tokens);
  EXPECT_FALSE(c.WasClosed("thief"));
  EXPECT_EQ(c.View(job).stages[0].cost.attempts_lost, 0);
  c.ReportDone("w1", lease);
  c.RunAll();
  EXPECT_EQ(c.View(job).state, mc::JobState::kSucceeded);
}

TEST(HostileWorker, ASlotThatItDoesNotHaveEndsItsSession) {
  CoreHarness c;
  c.Connect("liar", 2);
  c.Send(mc::WorkerSlotState{c.SessionOf("liar"), 2, true});
  EXPECT_TRUE(c.WasClosed("liar"));
}

TEST(HostileWorker, HeldLeasesThatItNeverGotAreDropped) {
  CoreHarness c;
  const JobId job = *c.Submit(OneStage("echo", 8));
  const LeaseToken invented{Epoch{1}, job, PassId{1}, {0, 3}, 7};
  EXPECT_TRUE(c.Connect("liar", 1, {invented}).empty());
}

TEST(HostileWorker, AMessageOfOtherBytesIsCutForTheStory) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(OneStage("echo", 1));
  const mc::SendLease lease = c.TakeLease("w1");
  mc::WorkerReport report;
  report.session = c.SessionOf("w1");
  report.token = lease.token;
  report.failure = Failure{FaultKind::kApplication, 0, std::string(100 << 10, 'm'), std::string(100 << 10, 'd'), "x"};
  c.Send(report);
  const mc::JobView view = c.View(job);
  ASSERT_TRUE(view.failure.has_value());
  EXPECT_LE(view.failure->failure.message.size(), 2u << 10);
  EXPECT_LE(view.failure->failure.detail.size(), 4u << 10);
  EXPECT_EQ(view.failure->failure.worker, "w1") << "the session knows who it is";
}

}  // namespace
}  // namespace mote::testing
