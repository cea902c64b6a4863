// The simulator's command: mote-sim [--seeds N] [--seed S] [--bug NAME] …
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

#include "tests/sim/command_line.h"
#include "tests/sim/minimise.h"
#include "tests/sim/planted_bugs.h"
#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

struct Flags {
  uint64_t seeds = 1000, first = 1;
  std::optional<uint64_t> only;
  std::string bug;
  bool list_bugs = false, list_faults = false, minimise = false, trace = false;
  double minimise_seconds = 20;
  uint64_t failures_max = 1;
  Overrides overrides;
};

// As wide as the longest name.
template <class Option>
void List(const std::vector<Option>& options) {
  for (const Option& option : options) {
    std::cout << option.name << std::string(28 - option.name.size(), ' ') << option.summary << "\n";
  }
}

void Explain(const Case& failed, const Violation& violation, double minimise_seconds) {
  std::cout << "seed " << failed.seed << " " << violation.ToString() << "\n  again: ./dev sim " << Arguments(failed)
            << "\n";
  if (minimise_seconds <= 0) return;
  const auto begin = Clock::now();
  const Minimised found = Minimise(failed, violation, [&] { return SecondsSince(begin) > minimise_seconds; });
  std::cout << "  smallest of " << found.tried << " tried: ./dev sim " << Arguments(found.smallest) << "\n    "
            << found.violation.ToString() << std::endl;
}

// 1: a promise was broken; 2: the command line is wrong.
int Run(const Flags& flags) {
  const uint64_t first = flags.only.value_or(flags.first);
  const uint64_t seeds = flags.only ? 1 : flags.seeds;
  // One seed alone was asked for: say what is wrong with it, not what is like it.
  const double minimise_seconds = flags.only && !flags.minimise ? 0 : flags.minimise_seconds;
  uint64_t failed = 0, run = 0;
  int64_t steps = 0;
  const auto begin = Clock::now();
  for (uint64_t seed = first; seed < first + seeds && failed < flags.failures_max; ++seed, ++run) {
    const absl::StatusOr<Options> options = flags.overrides.Apply(seed);
    if (!options.ok()) {
      std::cerr << "mote-sim: " << options.status().message() << "\n";
      return 2;
    }
    SimCluster cluster(seed, *options);
    if (flags.trace && flags.only) cluster.Follow(std::cout);
    const std::optional<Violation> violation = cluster.Run();
    steps += cluster.steps();
    if (!violation) continue;
    ++failed;
    Explain({seed, *options}, *violation, minimise_seconds);
  }
  const double seconds = SecondsSince(begin);
  std::cout << run << " seeds, " << failed << " failed, " << steps << " steps, "
            << static_cast<int64_t>(static_cast<double>(run) / seconds) << " seeds/s\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace mote::sim

int main(int argc, char** argv) {
  using mote::sim::BugOptions;
  CLI::App app("Simulates whole clusters under faults, one per seed; docs/testing.md says how to read it");
  mote::sim::Flags flags;
  app.add_option("--seeds", flags.seeds, "how many");
  app.add_option("--first", flags.first, "the first of them");
  app.add_option("--seed", flags.only, "this one alone");
  app.add_option("--bug", flags.bug, "plants a bug; --list-bugs names them");
  app.add_flag("--list-bugs", flags.list_bugs);
  app.add_flag("--list-faults", flags.list_faults);
  app.add_flag("--minimise", flags.minimise, "also with --seed: look for a smaller case that fails in the same way");
  app.add_flag("--trace", flags.trace, "with --seed: tell events and effects as they happen");
  app.add_option("--minimise-seconds", flags.minimise_seconds, "how long to look for one; 0: not at all");
  app.add_option("--failures", flags.failures_max, "stop after so many");
  mote::sim::AddFlags(app, flags.overrides);
  CLI11_PARSE(app, argc, argv);
  if (flags.list_bugs) mote::sim::List(BugOptions());
  if (flags.list_faults) mote::sim::List(mote::sim::FaultOptions());
  if (flags.list_bugs || flags.list_faults) return 0;
  if (!flags.bug.empty()) {
    const auto& bugs = BugOptions();
    const auto found = std::find_if(bugs.begin(), bugs.end(), [&](const auto& bug) { return bug.name == flags.bug; });
    if (found == bugs.end()) {
      std::cerr << "mote-sim: --bug: no bug \"" << flags.bug << "\"; --list-bugs names them\n";
      return 2;
    }
    mote::sim::Plant(found->bug);
  }
  return mote::sim::Run(flags);
}
