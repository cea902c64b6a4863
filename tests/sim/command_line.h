// A simulation as a command line, both ways: what failed can be run again as printed.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "tests/sim/options.h"

namespace mote::sim {

// One simulation: the seed draws the options, unless they were given.
struct Case {
  uint64_t seed = 0;
  Options options;
};

// What the command line says about every simulation of a run.
struct Overrides {
  std::optional<int> workers, slots, jobs;
  std::optional<int64_t> tasks;
  std::optional<bool> iterate, large_partials, spill, retries, resubmits, collect, liar;
  std::optional<int> report_tasks_max, slow_workers, verify_replicas;
  std::optional<double> verify_sample;
  std::optional<std::string> task_duration, chaos, faults;

  // The options that `seed` draws, with what was given in their place.
  //
  // InvalidArgument: no such fault, or not a duration; names the flag.
  absl::StatusOr<Options> Apply(uint64_t seed) const;
};

// The flags that fill in `overrides`.
void AddFlags(CLI::App& app, Overrides& overrides);

// The arguments of mote-sim that run this case again: the seed, the planted bug, and
// what differs from the options that the seed draws.
std::string Arguments(const Case& failed);

}  // namespace mote::sim
