#include "common/cost.h"

#include <gtest/gtest.h>

#include <limits>

namespace mote {
namespace {

Cost CostOf(int64_t scale) {
  Cost cost;
  cost.tasks = scale;
  for (int i = 0; i < kPhaseCount; ++i) cost.phase_ns[static_cast<size_t>(i)] = scale << (4 * i);
  cost.staged_bytes = 100 * scale;
  cost.network_bytes = 1000 * scale;
  cost.task_ns.Add(scale);
  return cost;
}

TEST(Cost, CommunicationIsFetchTransfersAndSend) {
  // Fetch, decode, to device, compute, from device, encode, send.
  EXPECT_EQ(CostOf(1).communication_ns(), 0x1010101);
  EXPECT_EQ(CostOf(1).compute_ns(), 0x1000);
}

TEST(Cost, MergeAddsEverything) {
  Cost merged = CostOf(1);
  merged.Merge(CostOf(2));
  Cost expected = CostOf(3);
  expected.task_ns = CostOf(1).task_ns;
  expected.task_ns.Add(2);
  EXPECT_EQ(merged, expected);
}

TEST(Cost, MergeOfHugeCountersStopsAtTheLargest) {
  Cost cost;
  cost.network_bytes = std::numeric_limits<int64_t>::max() - 1;
  cost.phase_ns.fill(std::numeric_limits<int64_t>::max());
  cost.Merge(cost);
  EXPECT_EQ(cost.network_bytes, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(cost.communication_ns(), std::numeric_limits<int64_t>::max());
}

TEST(Phase, NamesAreThoseOfTheDesign) {
  EXPECT_EQ(Name(Phase::kFetch), "fetch");
  EXPECT_EQ(Name(Phase::kToDevice), "to device");
  EXPECT_EQ(Name(Phase::kSend), "send");
}

}  // namespace
}  // namespace mote
