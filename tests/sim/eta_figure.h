// How good the ETA is: what a client saw when a twentieth of a job was done, against when
// it ended.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/sim/options.h"

namespace mote::sim {

struct EtaFigure {
  std::string shape;        // for people: "iteration, log-normal 0.5, faults"
  absl::Duration expected;  // as the ETA had it
  absl::Duration low, high;
  absl::Duration took;  // from then to its end
  bool has_eta = false;

  // |expected − took| / took
  double error() const;
  bool holds() const { return low <= took && took <= high; }
};

// A job and a cluster of any shape, for the figure: 2 to 8 slots, equal, skewed or bimodal
// tasks, one pass or steps, faults throughout. `seed` alone says which.
Options EtaOptions(uint64_t seed, std::string* shape);

// Runs it. Internal: a promise of the simulator is broken.
absl::StatusOr<EtaFigure> MeasureEta(uint64_t seed);

}  // namespace mote::sim
