// What a slot's reports teach about it and about its worker's link.
#include "coordinator/core/slot_speed.h"

#include <gtest/gtest.h>

#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

constexpr int64_t kMegabyte = 1'000'000;

const mc::Worker& WorkerOf(const CoreHarness& c, const std::string& name) {
  return *c.core().state().cluster.Find(name);
}

// Reports the worker's next lease, of one task, with such a cost.
void Report(CoreHarness& c, const std::string& worker, absl::Duration compute, absl::Duration fetch, int64_t bytes,
            absl::Duration wall = absl::ZeroDuration()) {
  const mc::SendLease lease = c.TakeLease(worker);
  ASSERT_EQ(lease.token.block.size(lease.pass->task_count), 1);
  c.Advance(compute + fetch);
  c.edit = [&](mc::WorkerReport& report) {
    Cost cost;
    cost.tasks = 1;
    cost.phase_ns[static_cast<int>(Phase::kCompute)] = absl::ToInt64Nanoseconds(compute);
    cost.phase_ns[static_cast<int>(Phase::kFetch)] = absl::ToInt64Nanoseconds(fetch);
    cost.network_bytes = bytes;
    cost.task_ns.Add(absl::ToInt64Nanoseconds(wall > absl::ZeroDuration() ? wall : compute + fetch));
    report.cost = cost;
    report.slot_time = compute + fetch;
  };
  c.ReportDone(worker, lease);
  c.edit = nullptr;
}

TEST(LearnSpeed, AFewBytesThatWaitedForAnothersFetchSayLittleOfTheLink) {
  CoreHarness c;
  c.options.cost_slack = absl::Seconds(1);
  c.Restart();
  c.Connect("w1");
  c.Submit(OneStage("noop", 100)).value();
  Report(c, "w1", absl::Seconds(1), absl::Seconds(8), 100 * kMegabyte);
  Report(c, "w1", absl::Seconds(1), absl::Seconds(8), 50'000);
  EXPECT_NEAR(WorkerOf(c, "w1").second_a_byte.ratio(), 8e-8, 1e-9);
}

// What an engine takes to load a library or a model is no slowness of its slot.
TEST(LearnSpeed, OpeningAKernelIsNoSlowness) {
  CoreHarness c;
  c.Connect("w1");
  c.Submit(OneStage("noop", 100)).value();
  for (int i = 0; i < 5; ++i) Report(c, "w1", absl::Seconds(1), absl::ZeroDuration(), 0);
  c.Connect("cold");
  Report(c, "cold", absl::Seconds(11), absl::ZeroDuration(), 0, absl::Seconds(1));
  EXPECT_NEAR(WorkerOf(c, "cold").slots[0].slowness, 1, 0.05);
  Report(c, "cold", absl::Seconds(4), absl::ZeroDuration(), 0);
  EXPECT_GT(WorkerOf(c, "cold").slots[0].slowness, 1.2) << "that it is slow once it has loaded counts";
}

// What one slot's report tells of a worker's link holds for the slots that are idle.
TEST(LearnSpeed, IdleSlotsStandWhereTheirWorkersLinkPutsThem) {
  CoreHarness c;
  c.Connect("w1", 2);
  c.Submit(OneStage("noop", 1)).value();
  Report(c, "w1", absl::Seconds(1), absl::Seconds(8), 100 * kMegabyte);
  for (int slot = 0; slot < 2; ++slot) {
    const mc::OpenSlots::Kind* const kind = WorkerOf(c, "w1").slots[static_cast<size_t>(slot)].open_as;
    ASSERT_NE(kind, nullptr);
    EXPECT_EQ(kind->first.byte_step, mc::ByteStep(8e-8)) << "slot " << slot;
  }
}

}  // namespace
}  // namespace mote::testing
