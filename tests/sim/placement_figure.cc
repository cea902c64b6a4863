#include "tests/sim/placement_figure.h"

#include <algorithm>
#include <vector>

#include "common/status_macros.h"
#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

constexpr double kFastLink = 10e9 / 8, kSlowLink = 100e6 / 8;
constexpr int64_t kInputBytes = 10 << 20;

// When so many whole tasks are done, the slots doing nothing else: slot i takes durations[i].
absl::Duration Bound(int64_t tasks, const std::vector<absl::Duration>& durations) {
  const auto done = [&](absl::Duration at) {
    int64_t sum = 0;
    for (const absl::Duration task : durations) sum += at / task;
    return sum;
  };
  absl::Duration less, enough = tasks * *std::min_element(durations.begin(), durations.end());
  while (enough - less > absl::Microseconds(1)) {
    const absl::Duration middle = less + (enough - less) / 2;
    (done(middle) < tasks ? less : enough) = middle;
  }
  return enough;
}

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
  options.input_bytes = kInputBytes;
  options.slownesses = {1, 1, 4, 1};
  options.links = {kFastLink, kFastLink, kFastLink, kSlowLink};
  options.chaos = absl::ZeroDuration();
  PlacementFigure figure;
  MOTE_ASSIGN_OR_RETURN(figure.learned, Makespan(options, seed));
  options.weigh_communication = false;
  MOTE_ASSIGN_OR_RETURN(figure.blind, Makespan(options, seed));
  std::vector<absl::Duration> durations;
  for (size_t i = 0; i < options.links.size(); ++i) {
    durations.push_back(task_duration * options.slownesses[i] +
                        absl::Seconds(static_cast<double>(kInputBytes) / options.links[i]));
  }
  figure.bound = Bound(tasks, durations);
  return figure;
}

}  // namespace mote::sim
