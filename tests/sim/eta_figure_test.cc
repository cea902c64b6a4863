#include "tests/sim/eta_figure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace mote::sim {
namespace {

// A sample of what bench/eta measures, wide enough not to fail by chance.
TEST(Eta, AfterATwentiethOfTheWorkItIsMostlyRight) {
  std::vector<double> errors;
  int held = 0;
  for (uint64_t seed = 100'001; seed <= 100'040; ++seed) {
    const auto figure = MeasureEta(seed);
    ASSERT_TRUE(figure.ok()) << figure.status();
    ASSERT_TRUE(figure->has_eta) << "seed " << seed << ": " << figure->shape;
    errors.push_back(figure->error());
    held += figure->holds();
  }
  std::nth_element(errors.begin(), errors.begin() + 20, errors.end());
  EXPECT_LE(errors[20], 0.15);
  EXPECT_GE(held, 26);
}

}  // namespace
}  // namespace mote::sim
