#include "tests/sim/straggler_figure.h"

#include "common/status_macros.h"
#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

constexpr int kFastWorkers = 7;

absl::StatusOr<mc::JobView> RunJob(const Options& options, uint64_t seed) {
  SimCluster cluster(seed, options);
  if (const std::optional<Violation> violation = cluster.Run()) return absl::InternalError(violation->ToString());
  return *cluster.ended();
}

}  // namespace

absl::StatusOr<StragglerFigure> MeasureStraggler(absl::Duration task_duration, absl::Duration busy, uint64_t seed) {
  Options options;
  options.workers = kFastWorkers;
  options.task_duration = task_duration;
  options.tasks = kFastWorkers * (busy / task_duration);
  options.chaos = absl::ZeroDuration();
  StragglerFigure figure;
  figure.task_duration = task_duration;
  figure.tasks = options.tasks;
  MOTE_ASSIGN_OR_RETURN(const mc::JobView without, RunJob(options, seed));
  options.workers = kFastWorkers + 1;
  options.slow_workers = 1;
  MOTE_ASSIGN_OR_RETURN(const mc::JobView with, RunJob(options, seed));
  figure.without = without.end - without.start;
  figure.with = with.end - with.start;
  const mc::CostView& cost = with.stages.at(0).cost;
  figure.wasted = absl::FDivDuration(cost.wasted_time, cost.device_time);
  figure.attempts_lost = cost.attempts_lost;
  return figure;
}

}  // namespace mote::sim
