// The simulator is trusted because it finds bugs: each planted one must be caught.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "tests/sim/command_line.h"
#include "tests/sim/minimise.h"
#include "tests/sim/planted_bugs.h"
#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

// The rarest bug is found by one seed in some hundred.
constexpr uint64_t kSeedsMax = 1500;

class PlantedBugs : public ::testing::Test {
 protected:
  void TearDown() override { Plant(PlantedBug::kNone); }
};

// The first seed that catches the planted bug.
std::optional<std::pair<Case, Violation>> Catch() {
  for (uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    const Options options = Options::Draw(seed);
    if (std::optional<Violation> violation = SimCluster(seed, options).Run()) return {{{seed, options}, *violation}};
  }
  return std::nullopt;
}

// The case that the printed arguments name.
Case Parse(const std::string& arguments) {
  CLI::App app;
  Case parsed;
  Overrides overrides;
  std::string bug;
  app.add_option("--seed", parsed.seed);
  app.add_option("--bug", bug);
  AddFlags(app, overrides);
  app.parse(arguments);
  parsed.options = *overrides.Apply(parsed.seed);
  return parsed;
}

TEST_F(PlantedBugs, EachIsCaughtByAnInvariant) {
  for (const BugOption& bug : BugOptions()) {
    Plant(bug.bug);
    const auto caught = Catch();
    EXPECT_TRUE(caught.has_value()) << bug.name << " was not caught by " << kSeedsMax << " seeds";
    if (!caught) continue;
    std::cout << bug.name << ": seed " << caught->first.seed << ", " << caught->second.invariant << std::endl;
    // The seed is not to blame: without the bug it is clean.
    Plant(PlantedBug::kNone);
    const auto clean = SimCluster(caught->first.seed, caught->first.options).Run();
    EXPECT_FALSE(clean.has_value()) << bug.name << ": " << clean->ToString();
  }
}

TEST_F(PlantedBugs, MinimisedCaseIsSmallerAndItsPrintedArgumentsReproduceIt) {
  Plant(PlantedBug::kCommitNotJournalled);
  const auto caught = Catch();
  ASSERT_TRUE(caught.has_value());
  int tries = 0;
  const Minimised found = Minimise(caught->first, caught->second, [&] { return ++tries > 300; });
  const Options &large = caught->first.options, &small = found.smallest.options;
  EXPECT_LE(small.tasks, large.tasks);
  EXPECT_LE(small.workers, large.workers);
  EXPECT_EQ(small.jobs, 1);
  int faults = 0;
  for (const FaultOption& fault : FaultOptions()) faults += small.faults.*fault.on;
  EXPECT_EQ(faults, 0) << "a commit that is not journalled needs no fault: " << Arguments(found.smallest);

  const Case again = Parse(Arguments(found.smallest));
  EXPECT_EQ(Arguments(again), Arguments(found.smallest));
  const auto violation = SimCluster(again.seed, again.options).Run();
  ASSERT_TRUE(violation.has_value()) << Arguments(found.smallest);
  EXPECT_EQ(violation->invariant, caught->second.invariant);
}

TEST_F(PlantedBugs, ArgumentsNameOnlyWhatTheSeedDoesNotDraw) {
  Case plain{7, Options::Draw(7)};
  EXPECT_EQ(Arguments(plain), "--seed 7");
  plain.options.faults = Faults{};
  plain.options.tasks = 3;
  EXPECT_EQ(Arguments(plain), "--seed 7 --tasks 3 --faults none");
}

}  // namespace
}  // namespace mote::sim
