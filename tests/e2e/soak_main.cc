// Chaos on real processes for as long as one likes: mote-soak [--minutes N] [--seed S]
// [--rounds N]. Exit codes: 0 nothing found, 1 a promise was broken.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "absl/time/clock.h"
#include "tests/testing/chaos_round.h"
#include "tests/testing/process.h"

namespace mote::testing {
namespace {

// A round found something, or a program did not even start.
bool Failed(const RoundReport& report) { return !report.problems.empty() || ::testing::Test::HasFailure(); }

int Soak(double minutes, uint64_t seed, uint64_t rounds, bool training) {
  const std::string dir = MakeTempDir();
  std::vector<ChaosJob> jobs = WriteChaosJobs(dir);
  if (training) {
    for (ChaosJob& job : WriteTrainingJobs(dir)) jobs.push_back(std::move(job));
  }
  const auto undisturbed = RunUndisturbed(jobs);
  if (::testing::Test::HasFailure()) return 1;
  const absl::Time end = absl::Now() + absl::Minutes(minutes);
  uint64_t done = 0;
  for (; rounds > 0 ? done < rounds : absl::Now() < end; ++done) {
    RoundOptions options;
    options.seed = seed + done;
    options.workers = 1 + static_cast<int>(options.seed % 4);
    const RoundReport report = RunChaosRound(options, jobs, undisturbed);
    if (Failed(report)) {
      std::cout << report.Story(options.seed);
      return 1;
    }
    std::cout << "seed " << options.seed << ": " << options.workers << " workers, " << report.acts.size() << " acts, "
              << report.jobs << " jobs, " << report.tasks << " tasks, " << report.attempts_lost << " attempts lost\n"
              << std::flush;
  }
  std::filesystem::remove_all(dir);
  std::cout << done << " rounds, nothing lost, nothing twice, the same bits\n";
  return 0;
}

}  // namespace
}  // namespace mote::testing

int main(int argc, char** argv) {
  CLI::App app("Kills, freezes and restarts the processes of real clusters while jobs run", "mote-soak");
  double minutes = 5;
  uint64_t seed = 1, rounds = 0;
  bool training = false;
  app.add_option("--minutes", minutes, "how long")->capture_default_str();
  app.add_option("--seed", seed, "of the first round; the next has the next seed")->capture_default_str();
  app.add_option("--rounds", rounds, "so many instead of --minutes");
  app.add_flag("--training", training, "also training jobs, which need libtorch");
  CLI11_PARSE(app, argc, argv);
  return mote::testing::Soak(minutes, seed, rounds, training);
}
