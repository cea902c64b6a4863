#include "tests/sim/placement_figure.h"

#include "common/status_macros.h"
#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

constexpr double kFastLink = 10e9 / 8, kSlowLink = 100e6 / 8;

absl::StatusOr<absl::Duration> Makespan(const Options& options, uint64_t seed) {
  SimCluster cluster(seed, options);
  if (const std::optional<Violation> violation = cluster.Run()) return absl::InternalError(violation->ToString());
  return cluster.ended()->end - cluster.ended()->start;
}

}  // namespace

absl::StatusOr<PlacementFigure> MeasurePlacement(int64_t tasks, absl::Duration task_duration, uint64_t seed) {
  Options options;
  options.workers = 4;
  options.tasks = tasks;
  options.task_duration = task_duration;
  options.input_bytes = 10 << 20;
  options.slownesses = {1, 1, 4, 1};
  options.links = {kFastLink, kFastLink, kFastLink, kSlowLink};
  options.chaos = absl::ZeroDuration();
  PlacementFigure figure;
  MOTE_ASSIGN_OR_RETURN(figure.learned, Makespan(options, seed));
  options.weigh_communication = false;
  MOTE_ASSIGN_OR_RETURN(figure.blind, Makespan(options, seed));
  return figure;
}

}  // namespace mote::sim
