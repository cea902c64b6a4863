#include "tests/sim/minimise.h"

#include <utility>
#include <vector>

#include "tests/sim/sim_cluster.h"

namespace mote::sim {
namespace {

constexpr uint64_t kSeedsTried = 3;

// Everything that is one step smaller, the largest steps first.
std::vector<Options> Smaller(const Options& options) {
  std::vector<Options> smaller;
  const auto add = [&](auto change) {
    Options next = options;
    change(next);
    smaller.push_back(next);
  };
  for (const FaultOption& fault : FaultOptions()) {
    if (options.faults.*fault.on) add([&](Options& o) { o.faults.*fault.on = false; });
  }
  if (options.a_worker_lies) add([](Options& o) { o.a_worker_lies = false; });
  if (!options.a_worker_lies && (options.verify_sample > 0 || options.verify_replicas > 0)) {
    add([](Options& o) { o.verify_sample = o.verify_replicas = 0; });
  }
  if (options.iterate) add([](Options& o) { o.iterate = false; });
  if (options.large_partials) add([](Options& o) { o.large_partials = false; });
  if (options.spill) add([](Options& o) { o.spill = false; });
  if (options.report_tasks_max > 0) add([](Options& o) { o.report_tasks_max = 0; });
  if (options.collect) add([](Options& o) { o.collect = false; });
  if (options.resubmits) add([](Options& o) { o.resubmits = false; });
  if (options.retries) add([](Options& o) { o.retries = false; });
  if (options.jobs > 1) add([](Options& o) { o.jobs = 1; });
  for (const int64_t divisor : {8, 2}) {
    if (options.tasks >= divisor) add([&](Options& o) { o.tasks /= divisor; });
  }
  if (options.tasks > 1) add([](Options& o) { --o.tasks; });
  if (options.workers > (options.a_worker_lies ? 2 : 1)) add([](Options& o) { --o.workers; });
  if (options.slots > 1) add([](Options& o) { o.slots = 1; });
  if (options.chaos > absl::Seconds(1))
    add([](Options& o) { o.chaos = absl::Trunc(o.chaos / 2, absl::Milliseconds(1)); });
  return smaller;
}

}  // namespace

Minimised Minimise(const Case& failed, const Violation& violation, const std::function<bool()>& enough) {
  Minimised best{failed, violation, 0};
  const auto fails = [&](const Options& options) {
    for (uint64_t i = 0; i < kSeedsTried && !enough(); ++i) {
      const uint64_t seed = failed.seed + i;
      ++best.tried;
      std::optional<Violation> again = SimCluster(seed, options).Run();
      if (!again || again->invariant != violation.invariant) continue;
      best.smallest = {seed, options};
      best.violation = *std::move(again);
      return true;
    }
    return false;
  };
  for (bool moved = true; moved && !enough();) {
    moved = false;
    for (const Options& options : Smaller(best.smallest.options)) {
      if (!fails(options)) continue;
      moved = true;
      break;
    }
  }
  return best;
}

}  // namespace mote::sim
