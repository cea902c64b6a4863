// The scheduling policy that mote ships.
#pragma once

#include "coordinator/core/policy.h"

namespace mote::coordinator {

// Jobs: priority first, then the tenant that has used least device time, then the job
// that has, then age.
// Blocks: as large as pays, as small as balances (see block_size.h).
class FairPolicy : public SchedulingPolicy {
 public:
  void OrderJobs(std::vector<JobDemand>& jobs) const override;
  int BlockLevel(const BlockDemand& demand) const override;
  int LeasesPerSlot(absl::Duration block_duration) const override;
};

}  // namespace mote::coordinator
