#include "tests/sim/disk.h"

#include "common/planted.h"
#include "common/status_macros.h"
#include "coordinator/core/snapshot.h"

namespace mote::sim {

absl::Duration Disk::Delay() {
  if (options_.faults.slow_disk && random_.Chance(0.05)) {
    return random_.Between(absl::Milliseconds(1), absl::Milliseconds(500));
  }
  return random_.Between(absl::Microseconds(50), absl::Milliseconds(1));
}

std::span<const mc::Event> Disk::Commit(const mc::Decision& decision) {
  for (const auto& [digest, bytes] : decision.blobs) blobs_.Store(bytes);
  newest_batch_ = events_.size();
  for (const mc::Event& event : decision.events) {
    if (MOTE_PLANTED(kCommitNotJournalled) && std::holds_alternative<mc::BlockCommitted>(event)) continue;
    if (MOTE_PLANTED(kGrantNotJournalled) && std::holds_alternative<mc::LeaseGranted>(event)) continue;
    events_.push_back(event);
  }
  return std::span<const mc::Event>(events_).subspan(newest_batch_);
}

absl::Status Disk::Replay(mc::Core& core) const {
  for (const mc::Event& event : snapshot_) MOTE_RETURN_IF_ERROR(core.Replay(event));
  for (size_t i = snapshot_until_; i < events_.size(); ++i) MOTE_RETURN_IF_ERROR(core.Replay(events_[i]));
  return absl::OkStatus();
}

absl::Status Disk::ReplayAll(mc::Core& core) const {
  for (const mc::Event& event : events_) MOTE_RETURN_IF_ERROR(core.Replay(event));
  return absl::OkStatus();
}

absl::Status Disk::TakeSnapshot(mc::Core& replica, absl::Time now) {
  const size_t end = MOTE_PLANTED(kSnapshotMissesBatch) ? newest_batch_ : events_.size();
  for (size_t i = 0; i < end; ++i) MOTE_RETURN_IF_ERROR(replica.Replay(events_[i]));
  snapshot_ = mc::SnapshotOf(replica.state(), now);
  snapshot_until_ = events_.size();
  return absl::OkStatus();
}

}  // namespace mote::sim
