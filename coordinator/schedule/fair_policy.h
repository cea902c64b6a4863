// The scheduling policy that mote ships.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "coordinator/core/policy.h"

namespace mote::coordinator {

// Jobs: priority first, then the tenant that has used least device time, then the job
// that has, then age.
// Blocks: as large as pays, as small as balances (see block_size.h).
class FairPolicy : public SchedulingPolicy {
 public:
  // No block gets more tasks than that; at least 1.
  explicit FairPolicy(int64_t block_tasks_max = INT64_MAX) : block_level_max_(LevelBelow(block_tasks_max)) {}

  void OrderJobs(std::vector<JobDemand>& jobs) const override;
  int BlockLevel(const BlockDemand& demand) const override;
  int LeasesPerSlot(absl::Duration block_duration) const override;

 private:
  static int LevelBelow(int64_t tasks) { return static_cast<int>(std::bit_width(static_cast<uint64_t>(tasks))) - 1; }

  const int block_level_max_;
};

}  // namespace mote::coordinator
