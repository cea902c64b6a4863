#include "tests/sim/task_times.h"

#include <cmath>

#include "common/philox.h"

namespace mote::sim {
namespace {

// In units of the options' task duration; on average 1.
double ShapeOf(const Options& options, uint64_t seed, int64_t task) {
  const Philox random(seed ^ 0x7a5c, static_cast<uint64_t>(task));
  double shape = std::exp(options.log_spread * random.Normal(0) - options.log_spread * options.log_spread / 2);
  if (options.long_share > 0) {
    const double factor = random.Uniform(1) < options.long_share ? options.long_factor : 1;
    shape *= factor / (1 + options.long_share * (options.long_factor - 1));
  }
  return shape;
}

bool AllEqual(const Options& options) { return options.log_spread == 0 && options.long_share == 0; }

}  // namespace

absl::Duration TaskTime(const Options& options, const Pace& pace, uint64_t seed, int64_t task) {
  const absl::Duration mean = options.task_duration * pace.slowness;
  return pace.fetch + (AllEqual(options) ? mean : mean * ShapeOf(options, seed, task));
}

absl::Duration TimeOf(const Options& options, const Pace& pace, uint64_t seed, TaskRange range) {
  if (AllEqual(options)) return TaskTime(options, pace, seed, 0) * static_cast<double>(range.size());
  absl::Duration all;
  for (int64_t task = range.begin; task < range.end; ++task) all += TaskTime(options, pace, seed, task);
  return all;
}

int64_t BegunAfter(const Options& options, const Pace& pace, uint64_t seed, TaskRange range, absl::Duration elapsed) {
  if (AllEqual(options)) return 1 + elapsed / TaskTime(options, pace, seed, 0);
  int64_t begun = 1;
  absl::Duration end;
  for (int64_t task = range.begin; task < range.end; ++task, ++begun) {
    end += TaskTime(options, pace, seed, task);
    if (end > elapsed) break;
  }
  return begun;
}

}  // namespace mote::sim
