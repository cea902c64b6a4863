#include "tests/sim/eta_figure.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

void DrawTimes(Random& random, Options* options, std::string* shape) {
  const uint64_t kind = random.Below(4);
  if (kind == 0) return absl::StrAppend(shape, ", equal");
  if (kind == 1) options->log_spread = 0.3 + 0.3 * static_cast<double>(random.Below(3));
  if (kind >= 2) options->long_share = 0.1 * static_cast<double>(1 + random.Below(5));
  if (kind >= 2) options->long_factor = kind == 2 ? 3 : 10;
  absl::StrAppend(shape, ", ", kind == 1 ? "log-normal" : kind == 2 ? "bimodal" : "tenfold");
}

void DrawFaults(Random& random, Options* options, std::string* shape) {
  Faults& faults = options->faults;
  faults.streams_break = random.Chance(0.5);
  faults.streams_half_open = random.Chance(0.3);
  faults.workers_crash = random.Chance(0.5);
  faults.workers_freeze = random.Chance(0.3);
  faults.engines_crash = random.Chance(0.5);
  faults.coordinator_crashes = random.Chance(0.5);
  faults.slow_network = random.Chance(0.2);
  faults.slow_disk = random.Chance(0.2);
  faults.drains = random.Chance(0.3);
  faults.slots_break = random.Chance(0.2);
  absl::StrAppend(shape, ", faults");
}

}  // namespace

double EtaFigure::error() const { return std::abs(absl::FDivDuration(expected - took, took)); }

Options EtaOptions(uint64_t seed, std::string* shape) {
  Random random(seed ^ 0xe7a);
  Options options;
  options.workers = 1 + static_cast<int>(random.Below(4));
  options.slots = 2;
  const int slots = options.workers * options.slots;
  const absl::Duration busy = random.Between(absl::Seconds(20), absl::Minutes(4));
  const int64_t tasks_of_slot = int64_t{20} << random.Below(6);
  options.tasks = slots * tasks_of_slot;
  options.task_duration = busy / tasks_of_slot;
  const bool steps = random.Chance(0.3);
  options.iterate = steps;
  *shape = steps ? "one pass or steps" : "one pass";
  options.faults.unequal_workers = random.Chance(0.3);
  if (options.faults.unequal_workers) absl::StrAppend(shape, ", unequal workers");
  DrawTimes(random, &options, shape);
  if (random.Chance(0.6)) DrawFaults(random, &options, shape);
  // Throughout, but ten times rarer than in the search for bugs.
  options.chaos = absl::Hours(1);
  options.fault_pause = busy / static_cast<double>(2 + random.Below(8));
  return options;
}

absl::StatusOr<EtaFigure> MeasureEta(uint64_t seed) {
  EtaFigure figure;
  SimCluster cluster(seed, EtaOptions(seed, &figure.shape));
  if (const std::optional<Violation> violation = cluster.Run()) return absl::InternalError(violation->ToString());
  const mc::JobView& ended = *cluster.ended();
  if (!cluster.early() || !cluster.early()->view.eta) return figure;
  const mc::Eta& eta = *cluster.early()->view.eta;
  figure.has_eta = true;
  figure.expected = eta.expected;
  figure.low = eta.low;
  figure.high = eta.high;
  figure.took = ended.end - cluster.early()->seen;
  return figure;
}

}  // namespace mote::sim
