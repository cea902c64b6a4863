#include "common/philox.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace mote {
namespace {

using Words4 = std::array<uint32_t, 4>;

// The vectors that Random123 publishes for philox4x32, 10 rounds (kat_vectors).
TEST(Philox, AgreesWithItsAuthorsKnownAnswers) {
  EXPECT_EQ(Philox::Generate({0, 0, 0, 0}, {0, 0}), (Words4{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox::Generate({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (Words4{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox::Generate({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words4{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, NumbersAreTheLowHalfOfTheBlockOfIndexAndStream) {
  const Philox philox(0x299f31d0a4093822, 0x0370734413198a2e);
  EXPECT_EQ(philox.U64(0x85a308d3243f6a88), 0x94fdccebd16cfe09);
}

TEST(Philox, SeedsStreamsAndIndicesAllMatter) {
  std::set<uint64_t> seen;
  for (uint64_t seed : {0, 1}) {
    for (uint64_t stream : {0, 1}) {
      for (uint64_t index : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32}) seen.insert(Philox(seed, stream).U64(index));
    }
  }
  EXPECT_EQ(seen.size(), 12u);
}

TEST(Philox, UniformNumbersFillTheUnitInterval) {
  const Philox philox(1, 2);
  constexpr int kCount = 20000;
  double sum = 0, low = 1, high = 0;
  for (int i = 0; i < kCount; ++i) {
    const double u = philox.Uniform(static_cast<uint64_t>(i));
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    low = std::min(low, u);
    high = std::max(high, u);
  }
  EXPECT_NEAR(sum / kCount, 0.5, 0.01);
  EXPECT_LT(low, 0.001);
  EXPECT_GT(high, 0.999);
}

TEST(Philox, NormalNumbersHaveTheMomentsOfTheNormalDistribution) {
  const Philox philox(3, 4);
  constexpr int kCount = 50000;
  double sum = 0, squares = 0, cubes = 0, fourths = 0;
  for (int i = 0; i < kCount; ++i) {
    const double z = philox.Normal(static_cast<uint64_t>(i));
    ASSERT_TRUE(std::isfinite(z));
    sum += z;
    squares += z * z;
    cubes += z * z * z;
    fourths += z * z * z * z;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.02);
  EXPECT_NEAR(squares / kCount, 1, 0.03);
  EXPECT_NEAR(cubes / kCount, 0, 0.08);
  EXPECT_NEAR(fourths / kCount, 3, 0.2);
}

}  // namespace
}  // namespace mote
