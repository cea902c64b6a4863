// Scheduling policies as the core calls them; implemented in coordinator/schedule.
//
// Two separate questions, in this order: which job next, then how large a block and
// how many leases for a slot.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/ids.h"

namespace mote::coordinator {

// What is known of a pass when a block of it is to be cut.
struct BlockDemand {
  int64_t pending_tasks = 0;
  int64_t slots = 1;             // that may run it
  absl::Duration task_duration;  // learned mean; zero: nothing is known yet
};

struct JobDemand {
  JobId job;
  int priority = 0;
  absl::Duration tenant_device_time;  // used so far by the job's tenant
};

// Pure and thread-safe.
class SchedulingPolicy {
 public:
  virtual ~SchedulingPolicy() = default;
  // Sorts jobs with pending work: the first is served first. Jobs of one tenant come in
  // the order of their shares (run_queue.h), which a policy should keep.
  virtual void OrderJobs(std::vector<JobDemand>& jobs) const = 0;
  // Level k of the next block: at most 2^k tasks.
  virtual int BlockLevel(const BlockDemand& demand) const = 0;
  // How many leases a slot may hold of blocks that take this long (≥ 1).
  virtual int LeasesPerSlot(absl::Duration block_duration) const = 0;
};

}  // namespace mote::coordinator
