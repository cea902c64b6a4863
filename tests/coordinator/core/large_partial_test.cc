// Partials that are too large to travel: kept by reference, folded by an engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

ArtifactRef PartialOf(Block block) { return {Sha256(absl::StrCat("partial at ", block.begin())), 8'000'000, true}; }

mc::JobSpec SumJob(int64_t tasks) {
  mc::JobSpec spec = OneStage("random_sum", tasks);
  spec.stages[0].reduce = {"sum", "{}"};
  return spec;
}

// Reports every leased block of the pass by reference; answers the lease of "finish".
mc::SendLease ReportByReference(CoreHarness& c) {
  for (;;) {
    const mc::SendLease lease = c.TakeLease("w1");
    if (lease.pass->kernel == "finish") return lease;
    mc::WorkerReport report;
    report.session = c.SessionOf("w1");
    report.token = lease.token;
    report.nodes = {{lease.token.block, std::nullopt, PartialOf(lease.token.block)}};
    report.cost.tasks = lease.token.block.size(lease.pass->task_count);
    c.Send(report);
  }
}

TEST(LargePartial, TreeIsFoldedByALeasedTaskInTheOrderOfTheTasks) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(SumJob(5));
  const mc::SendLease finish = ReportByReference(c);
  const Json parameters = *ParseJson(finish.pass->parameters);
  EXPECT_EQ(parameters["reducer"], "sum");
  EXPECT_EQ(parameters["task_count"], 5);
  EXPECT_TRUE(parameters["finish"].get<bool>());
  int64_t next = 0;
  for (size_t k = 0; k < parameters["nodes"].size(); ++k) {
    const Block block{parameters["nodes"][k]["level"].get<int>(), parameters["nodes"][k]["index"].get<int64_t>()};
    EXPECT_EQ(block.begin(), next);
    next = block.end(5);
    EXPECT_TRUE(finish.pass->inputs.contains(absl::StrCat(k)));
  }
  EXPECT_EQ(next, 5);

  // The engine answers with the finished output.
  c.leaf = [](const PassSpec&, int64_t) {
    return Json{{"kind", "document"}, {"rows", 0}, {"bytes", 2}, {"inline", absl::Base64Escape("42")}}.dump();
  };
  c.ReportDone("w1", finish);
  const mc::JobView view = c.View(job);
  EXPECT_EQ(view.state, mc::JobState::kSucceeded);
  EXPECT_EQ(view.outputs.at(0).output.content.bytes, "42");
}

TEST(LargePartial, SurvivesARestartBeforeItIsFolded) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(SumJob(5)).value();
  const mc::SendLease before = ReportByReference(c);
  c.Restart();
  c.Connect("w1");
  const mc::SendLease after = c.TakeLease("w1");
  EXPECT_EQ(after.pass->kernel, "finish");
  EXPECT_EQ(*after.pass, *before.pass);
}

TEST(LargePartial, IsDroppedFromTheStoreOnceThePassIsOver) {
  CoreHarness c;
  c.Connect("w1");
  const JobId job = *c.Submit(SumJob(2));
  const mc::SendLease finish = ReportByReference(c);
  c.leaf = [](const PassSpec&, int64_t) {
    return Json{{"kind", "document"}, {"rows", 0}, {"bytes", 2}, {"inline", absl::Base64Escape("42")}}.dump();
  };
  c.ReportDone("w1", finish);
  ASSERT_EQ(c.View(job).state, mc::JobState::kSucceeded);
  EXPECT_FALSE(c.core().state().drops.empty());
  c.Advance(absl::Seconds(20));
  EXPECT_TRUE(c.core().state().drops.empty());
}

}  // namespace
}  // namespace mote::testing
