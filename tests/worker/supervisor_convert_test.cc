#include <gtest/gtest.h>

#include "worker/supervisor/convert.h"

namespace mote::worker {
namespace {

constexpr int64_t kReceivedNs = 1'000'000'000;

// Decoding and encoding of a block that had its slot for 1 ms, an engine for some of it, and
// whose engine measured 10 ns of each.
std::pair<int64_t, int64_t> Conversion(int64_t began_ns, int64_t finished_ns,
                                       absl::Duration handed = absl::Milliseconds(1)) {
  mote::engine::v1::BlockDone done;
  done.set_began_ns(began_ns);
  done.set_finished_ns(finished_ns);
  for (int phase = 0; phase < kPhaseCount; ++phase) done.mutable_cost()->add_phase_ns(10);
  const auto report = FromProto(done, {absl::Milliseconds(1), handed}, kReceivedNs, absl::UnixEpoch());
  EXPECT_TRUE(report.ok()) << report.status();
  return {report->cost.phase_ns[static_cast<size_t>(Phase::kDecode)],
          report->cost.phase_ns[static_cast<size_t>(Phase::kEncode)]};
}

TEST(BlockDone, TheWayToTheEngineIsDecodingAndTheWayBackEncoding) {
  EXPECT_EQ(Conversion(kReceivedNs - 900'000, kReceivedNs - 50'000), std::pair(int64_t{100'010}, int64_t{50'010}));
}

TEST(BlockDone, WhatTheStartOfAnEngineTookIsNoWayToIt) {
  EXPECT_EQ(Conversion(kReceivedNs - 400'000, kReceivedNs, absl::Microseconds(500)),
            std::pair(int64_t{100'010}, int64_t{10}));
}

TEST(BlockDone, NeitherIsLongerThanTheSlotWasTheLeases) {
  EXPECT_EQ(Conversion(kReceivedNs + 5'000'000, 5), std::pair(int64_t{1'000'010}, int64_t{1'000'010}));
}

TEST(BlockDone, ABlockThatWaitedInTheEngineTookNoWayIntoIt) {
  EXPECT_EQ(Conversion(kReceivedNs - 2'000'000, kReceivedNs), std::pair(int64_t{10}, int64_t{10}));
  EXPECT_EQ(Conversion(0, kReceivedNs), std::pair(int64_t{10}, int64_t{10})) << "it was never taken up";
}

}  // namespace
}  // namespace mote::worker
