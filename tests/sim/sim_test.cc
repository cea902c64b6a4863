#include <gtest/gtest.h>

#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

// `./dev sim` runs more.
constexpr uint64_t kRanges = 8, kSeedsOfARange = 625;
// Instrumented programs are ten times slower: they take some of the same seeds.
#if defined(__SANITIZE_ADDRESS__) || defined(MOTE_SANITIZE_THREAD)
constexpr uint64_t kEvery = 5;
#else
constexpr uint64_t kEvery = 1;
#endif

// Else these seeds would say nothing of them.
TEST(Simulation, OutputsAreLostRetriesGoOnStagesAreReusedAndBlobsRemovedInManySeeds) {
  int lost = 0, kept = 0, reused = 0, removed = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SimCluster cluster(seed, Options::Draw(seed));
    cluster.Run();
    lost += cluster.outputs_lost() > 0 ? 1 : 0;
    kept += cluster.tasks_kept() > 0 ? 1 : 0;
    reused += cluster.stages_reused() > 0 ? 1 : 0;
    removed += cluster.blobs_removed() > 0 ? 1 : 0;
  }
  EXPECT_GE(lost, 15);
  EXPECT_GE(kept, 15);
  EXPECT_GE(reused, 15);
  EXPECT_GE(removed, 15);
}

// A test a range: they run side by side.
class SimulatedSeeds : public ::testing::TestWithParam<uint64_t> {};

TEST_P(SimulatedSeeds, PromisesHoldForEverySeed) {
  const uint64_t first = 1 + GetParam() * kSeedsOfARange;
  for (uint64_t seed = first; seed < first + kSeedsOfARange; seed += kEvery) {
    const std::optional<Violation> violation = SimCluster(seed, Options::Draw(seed)).Run();
    ASSERT_FALSE(violation.has_value()) << "seed " << seed << " " << violation->ToString()
                                        << "\n  again: ./dev sim --seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Range, SimulatedSeeds, ::testing::Range(uint64_t{0}, kRanges));

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
