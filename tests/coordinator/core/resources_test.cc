#include "coordinator/core/resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/testing/core_harness.h"
#include "tests/testing/planners.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A worker of one slot.
void ConnectWith(CoreHarness& c, const std::string& name, const std::string& device, int64_t memory_bytes,
                 std::map<std::string, std::string> labels = {}) {
  c.introduce = [&](mc::WorkerHello& hello) {
    hello.slots[0].device = device;
    hello.slots[0].memory_bytes = memory_bytes;
    hello.labels = labels;
  };
  c.Connect(name);
  c.introduce = nullptr;
}

mc::JobSpec Wanting(const mc::Resources& resources) {
  mc::JobSpec spec = OneStage("noop", 100);
  spec.stages[0].resources = resources;
  return spec;
}

TEST(Resources, ADeviceIsAKindOrOneOfThem) {
  EXPECT_TRUE((mc::Resources{"", 0, {}}.FitDevice("cuda:0")));
  EXPECT_TRUE((mc::Resources{"cuda", 0, {}}.FitDevice("cuda:1")));
  EXPECT_TRUE((mc::Resources{"cuda", 0, {}}.FitDevice("cuda")));
  EXPECT_TRUE((mc::Resources{"cuda:0", 0, {}}.FitDevice("cuda:0")));
  EXPECT_FALSE((mc::Resources{"cuda:0", 0, {}}.FitDevice("cuda:1")));
  EXPECT_FALSE((mc::Resources{"cuda", 0, {}}.FitDevice("cpu")));
  EXPECT_FALSE((mc::Resources{"cu", 0, {}}.FitDevice("cuda:0")));
}

TEST(Resources, WorkGoesToSlotsThatHaveThem) {
  CoreHarness c;
  ConnectWith(c, "cpu", "cpu", int64_t{64} << 30, {{"site", "berlin"}});
  ConnectWith(c, "small", "cuda:0", int64_t{8} << 30, {{"site", "berlin"}});
  ConnectWith(c, "paris", "cuda:0", int64_t{80} << 30, {{"site", "paris"}});
  ConnectWith(c, "fits", "cuda:0", int64_t{80} << 30, {{"site", "berlin"}, {"rack", "7"}});
  c.Submit(Wanting({"cuda", int64_t{16} << 30, {{"site", "berlin"}}})).value();
  EXPECT_THAT(c.TakeLeases("fits"), Not(IsEmpty()));
  for (const char* const name : {"cpu", "small", "paris"}) EXPECT_THAT(c.TakeLeases(name), IsEmpty()) << name;
}

TEST(Resources, AJobWithoutSuchASlotSaysWhatItWants) {
  CoreHarness c;
  ConnectWith(c, "cpu", "cpu", int64_t{4} << 30);
  const JobId gpu = c.Submit(Wanting({"cuda", 0, {{"site", "berlin"}}})).value();
  EXPECT_THAT(c.View(gpu).waiting_reason, HasSubstr("stage work wants device cuda and label site=berlin, which no "
                                                    "connected slot has; start a worker with --label "
                                                    "site=berlin --device auto on a machine that has one"));
  const JobId large = c.Submit(Wanting({"", int64_t{16} << 30, {}})).value();
  EXPECT_THAT(c.View(large).waiting_reason, HasSubstr("wants 16384 MiB of memory, which no connected slot has; start a "
                                                      "worker on a larger machine, or with fewer --slots"));
  ConnectWith(c, "gpu", "cuda:0", int64_t{80} << 30, {{"site", "berlin"}});
  c.RunAll();
  EXPECT_EQ(c.View(gpu).state, mc::JobState::kSucceeded);
  EXPECT_EQ(c.View(large).state, mc::JobState::kSucceeded);
}

TEST(Resources, OtherJobsDoNotWaitBehindOneThatNoSlotFits) {
  CoreHarness c;
  ConnectWith(c, "cpu", "cpu", int64_t{4} << 30);
  for (int i = 0; i < 100; ++i) c.Submit(Wanting({"cuda", 0, {}})).value();
  const JobId other = c.Submit(OneStage("noop", 10)).value();
  while (true) {
    const auto leases = c.TakeLeases("cpu");
    if (leases.empty()) break;
    for (const mc::SendLease& lease : leases) c.ReportDone("cpu", lease);
  }
  EXPECT_EQ(c.View(other).state, mc::JobState::kSucceeded);
}

// A pass whose bits depend on who runs it.
class NumericPlanner final : public SourceOperation {
 public:
  NumericPlanner() : SourceOperation("numeric") {}
  absl::StatusOr<mc::PlanStep> Next(const mc::PlanContext&) const override {
    mc::PlanStep step;
    step.memo = "run";
    PassSpec& pass = step.passes.emplace_back();
    pass.kernel = "echo";
    pass.parameters = R"({"bytes":16})";
    pass.task_count = 1000;
    pass.reducer = "concat";
    pass.numeric = true;
    return step;
  }
};

TEST(MixedNumerics, SlotsOfEveryClassTakePartAndTheJobSaysSo) {
  const PlannersWith planners = With<NumericPlanner>();
  CoreHarness c(planners);
  c.Connect("old", 1, {}, "cpu-sse");
  c.Connect("new", 1, {}, "cpu-avx512");
  mc::JobSpec spec = OneStage("numeric", 0);
  const JobId exact = c.Submit(spec).value();
  EXPECT_NE(c.TakeLeases("old").empty(), c.TakeLeases("new").empty()) << "bound to one class";
  c.Cancel(exact);
  spec.stages[0].mixed_numerics = true;
  const JobId mixed = c.Submit(spec).value();
  for (const char* const name : {"old", "new"}) EXPECT_THAT(c.TakeLeases(name), Not(IsEmpty())) << name;
  EXPECT_THAT(c.View(mixed).stages[0].progress, HasSubstr("numerics: mixed"));
  spec.stages[0].verify.replicas = 2;
  EXPECT_THAT(std::string(c.Submit(spec).status().message()),
              HasSubstr("stages[0].verify: slots of different numeric"));
}

}  // namespace
}  // namespace mote::testing
