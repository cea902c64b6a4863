// The simulator's command: mote-sim [--seeds N] [--seed S] [--first S].
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

#include "tests/sim/sim_cluster.h"

int main(int argc, char** argv) {
  CLI::App app("Simulates whole clusters, one per seed");
  uint64_t seeds = 1000, first = 1;
  std::optional<uint64_t> only;
  app.add_option("--seeds", seeds, "how many");
  app.add_option("--first", first, "the first of them");
  app.add_option("--seed", only, "this one alone");
  CLI11_PARSE(app, argc, argv);
  if (only) {
    first = *only;
    seeds = 1;
  }
  uint64_t failed = 0;
  int64_t steps = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    mote::sim::SimCluster cluster(seed, mote::sim::Options::Draw(seed));
    const std::optional<std::string> violation = cluster.Run();
    steps += cluster.steps();
    if (!violation) continue;
    ++failed;
    std::cout << *violation << "\n  again: ./dev sim --seed " << seed << "\n";
    if (failed >= 10) break;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::cout << seeds << " seeds, " << failed << " failed, " << steps << " steps, "
            << static_cast<int64_t>(static_cast<double>(seeds) / seconds) << " seeds/s\n";
  return failed == 0 ? 0 : 1;
}
