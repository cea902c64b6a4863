#include <gtest/gtest.h>

#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

// `./dev sim` runs more.
constexpr uint64_t kSeeds = 5000;
// Instrumented programs are ten times slower: they take some of the same seeds.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr uint64_t kEvery = 5;
#else
constexpr uint64_t kEvery = 1;
#endif

TEST(Simulation, PromisesHoldForEverySeed) {
  for (uint64_t seed = 1; seed <= kSeeds; seed += kEvery) {
    const std::optional<Violation> violation = SimCluster(seed, Options::Draw(seed)).Run();
    ASSERT_FALSE(violation.has_value()) << "seed " << seed << " " << violation->ToString()
                                        << "\n  again: ./dev sim --seed " << seed;
  }
}

TEST(Simulation, IsAFunctionOfItsSeed) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SimCluster a(seed, Options::Draw(seed)), b(seed, Options::Draw(seed));
    a.Run();
    b.Run();
    EXPECT_EQ(a.steps(), b.steps()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace mote::sim
