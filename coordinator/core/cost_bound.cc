#include "coordinator/core/cost_bound.h"

#include <algorithm>
#include <map>

namespace mote::coordinator {
namespace {

Histogram CutTo(int64_t limit_ns, const Histogram& tasks) {
  const int last = Histogram::BucketOf(limit_ns);
  std::map<int, int64_t> buckets;
  for (const auto& [bucket, count] : tasks.buckets()) buckets[std::min(bucket, last)] += count;
  return Histogram::FromBuckets(buckets, limit_ns);
}

}  // namespace

absl::Duration LeaseWall(const State& state, const Attempt& attempt, absl::Time now) {
  const absl::Time epoch_start = state.reconnect_until - state.options.reconnect_grace;
  const absl::Duration held = std::max(absl::ZeroDuration(), now - attempt.granted) + state.options.cost_slack;
  return attempt.granted < epoch_start || attempt.granted > now ? held + kClockStepMax : held;
}

std::optional<Cost> CutToWall(const Cost& cost, absl::Duration wall) {
  const int64_t limit_ns = absl::ToInt64Nanoseconds(wall);
  const double bytes_max = absl::ToDoubleSeconds(wall) * kBytesPerSecondMax;
  const auto bytes_limit = bytes_max < 9e18 ? static_cast<int64_t>(bytes_max) : INT64_MAX;
  const bool fits =
      std::all_of(cost.phase_ns.begin(), cost.phase_ns.end(), [&](int64_t ns) { return ns <= limit_ns; }) &&
      cost.staged_bytes <= bytes_limit && cost.network_bytes <= bytes_limit && cost.task_ns.max() <= limit_ns &&
      cost.memory_bytes <= kMemoryBytesMax;
  if (fits) return std::nullopt;
  Cost cut = cost;
  for (int64_t& ns : cut.phase_ns) ns = std::min(ns, limit_ns);
  cut.staged_bytes = std::min(cut.staged_bytes, bytes_limit);
  cut.network_bytes = std::min(cut.network_bytes, bytes_limit);
  cut.memory_bytes = std::min(cut.memory_bytes, kMemoryBytesMax);
  if (cut.task_ns.max() > limit_ns) cut.task_ns = CutTo(limit_ns, cut.task_ns);
  return cut;
}

}  // namespace mote::coordinator
