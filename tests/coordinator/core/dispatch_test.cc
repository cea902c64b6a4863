#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/testing/core_harness.h"

namespace mote::testing {
namespace {

// Counts how often it is asked about a slot.
class CountingPolicy : public mc::FairPolicy {
 public:
  int LeasesPerSlot(absl::Duration block_duration) const override {
    ++asked;
    return mc::FairPolicy::LeasesPerSlot(block_duration);
  }
  mutable int asked = 0;
};

TEST(Dispatch, AReportDoesNotAskEachOfManyFullSlots) {
  constexpr int kWorkers = 200;
  const CountingPolicy policy;
  CoreHarness c;
  c.options.policy = &policy;
  c.Restart();
  for (int i = 0; i < kWorkers; ++i) c.Connect(absl::StrCat("w", i));
  ASSERT_TRUE(c.Submit(OneStage("noop", 1'000'000)).ok());
  for (int i = 0; i < kWorkers; ++i) EXPECT_EQ(c.core().state().cluster.Find(absl::StrCat("w", i))->leases.size(), 2u);

  policy.asked = 0;
  c.ReportDone("w7", c.TakeLease("w7"));
  EXPECT_EQ(c.core().state().cluster.Find("w7")->leases.size(), 2u) << "it got the next block";
  EXPECT_LE(policy.asked, 4) << "of " << kWorkers << " slots that are alike";
}

TEST(Dispatch, WhatOneSlotIsRefusedForItsOwnSakeGoesToOthersLikeIt) {
  CoreHarness c;
  for (const char* worker : {"w1", "w2", "w3"}) c.Connect(worker);
  ASSERT_TRUE(c.Submit(OneStage("noop", 1)).ok());
  std::string first;
  for (const char* worker : {"w1", "w2", "w3"}) {
    if (!c.core().state().cluster.Find(worker)->leases.empty()) first = worker;
  }
  c.ReportFault(first, c.TakeLease(first), FaultKind::kEngineCrash, 0);
  c.Advance(absl::Seconds(5));
  int leases = 0;
  for (const char* worker : {"w1", "w2", "w3"}) {
    leases += worker == first ? 0 : static_cast<int>(c.core().state().cluster.Find(worker)->leases.size());
  }
  EXPECT_EQ(leases, 1) << "the task was tried again, not by " << first;
}

}  // namespace
}  // namespace mote::testing
