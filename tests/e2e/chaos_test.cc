// Short rounds of chaos on real processes; `./dev soak` runs long ones.
#include <gtest/gtest.h>

#include "tests/testing/chaos_round.h"
#include "tests/testing/process.h"

namespace mote::testing {
namespace {

void ExpectNothingLostAndNoBitChanged(const std::vector<ChaosJob>& jobs, const RoundOptions& options) {
  const auto undisturbed = RunUndisturbed(jobs);
  ASSERT_FALSE(::testing::Test::HasFailure());
  const RoundReport report = RunChaosRound(options, jobs, undisturbed);
  EXPECT_TRUE(report.problems.empty()) << report.Story(options.seed);
  EXPECT_GT(report.jobs, 0);
  EXPECT_GT(report.acts.size(), 5u);
}

TEST(Chaos, KilledAndFrozenProcessesLoseNothingAndChangeNoBit) {
  const std::string dir = MakeTempDir();
  ExpectNothingLostAndNoBitChanged(WriteChaosJobs(dir), {.seed = 1, .workers = 3, .disturbed_for = absl::Seconds(12)});
}

// Steps of an iteration are acknowledged as volatile: a kill goes back to an older one.
TEST(Chaos, TrainingGoesOnUnderKillsWithTheSameBits) {
  const std::string dir = MakeTempDir();
  ExpectNothingLostAndNoBitChanged(WriteTrainingJobs(dir),
                                   {.seed = 2, .workers = 2, .disturbed_for = absl::Seconds(12)});
}

}  // namespace
}  // namespace mote::testing
