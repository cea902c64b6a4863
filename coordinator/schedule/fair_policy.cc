#include "coordinator/schedule/fair_policy.h"

#include <algorithm>
#include <tuple>

#include "coordinator/schedule/block_size.h"

namespace mote::coordinator {

void FairPolicy::OrderJobs(std::vector<JobDemand>& jobs) const {
  // Stable: jobs of one tenant stay in the order of their shares.
  std::stable_sort(jobs.begin(), jobs.end(), [](const JobDemand& a, const JobDemand& b) {
    return std::make_tuple(-a.priority, a.tenant_device_time) < std::make_tuple(-b.priority, b.tenant_device_time);
  });
}

int FairPolicy::BlockLevel(const BlockDemand& demand) const {
  return std::min(ChooseBlockLevel(demand), block_level_max_);
}

int FairPolicy::LeasesPerSlot(absl::Duration block_duration) const {
  // A slot must never wait for its next lease: the queue behind it covers a round
  // trip. Long blocks are not queued, where another slot could take them.
  if (block_duration >= absl::Milliseconds(500)) return 1;
  if (block_duration >= absl::Milliseconds(1) || block_duration == absl::ZeroDuration()) return 2;
  // Of the shortest ones enough that messages and commits carry many at a time.
  constexpr int64_t kShortMin = 8, kShortMax = 64;
  return static_cast<int>(std::clamp<int64_t>(absl::Milliseconds(2) / block_duration, kShortMin, kShortMax));
}

}  // namespace mote::coordinator
