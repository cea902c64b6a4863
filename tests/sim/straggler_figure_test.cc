#include "tests/sim/straggler_figure.h"

#include <gtest/gtest.h>

namespace mote::sim {
namespace {

TEST(StragglerFigure, OneSlowWorkerOfEightHardlyShows) {
  for (const int milliseconds : {5, 50, 200, 1000}) {
    for (const uint64_t seed : {1, 2, 3}) {
      const auto figure = MeasureStraggler(absl::Milliseconds(milliseconds), absl::Seconds(20), seed);
      ASSERT_TRUE(figure.ok()) << figure.status();
      EXPECT_LE(figure->ratio(), 1.15) << milliseconds << " ms, seed " << seed;
      EXPECT_LE(figure->wasted, 0.03) << milliseconds << " ms, seed " << seed;
    }
  }
}

}  // namespace
}  // namespace mote::sim
