#include "tests/sim/placement_figure.h"

#include <gtest/gtest.h>

namespace mote::sim {
namespace {

// A worker behind a slow link gets no task that it would hold up the end with.
TEST(Placement, KnowingWhatBytesCostIsNeverWorseAndMostlyBetter) {
  double gain = 0;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const auto figure = MeasurePlacement(100, absl::Milliseconds(100), seed);
    ASSERT_TRUE(figure.ok()) << figure.status();
    EXPECT_GT(figure->gain(), -0.02);
    EXPECT_GE(figure->learned, figure->bound);
    EXPECT_LE(figure->learned, 1.1 * figure->bound);
    gain += figure->gain() / 5;
  }
  EXPECT_GT(gain, 0);
}

}  // namespace
}  // namespace mote::sim
