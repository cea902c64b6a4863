// The coordinator's disk: the journal and the artifacts that are durable. What was not
// committed when the coordinator crashed is gone.
#pragma once

#include <span>
#include <vector>

#include "coordinator/core/core.h"
#include "tests/sim/blob_store.h"
#include "tests/sim/options.h"

namespace mote::sim {

class Disk {
 public:
  Disk(const EventQueue& queue, Random& random, const Options& options)
      : random_(random), options_(options), blobs_(queue) {}

  // How long the next commit takes.
  absl::Duration Delay();
  // Answers the events that are in the journal now.
  std::span<const mc::Event> Commit(const mc::Decision& decision);

  // The snapshot and what came after it.
  //
  // DataLoss: an event contradicts those before it.
  absl::Status Replay(mc::Core& core) const;
  // All that was ever committed.
  absl::Status ReplayAll(mc::Core& core) const;
  // Puts a snapshot in place of all that was committed, made with a core that is empty.
  absl::Status TakeSnapshot(mc::Core& replica, absl::Time now);

  const std::vector<mc::Event>& events() const { return events_; }
  BlobStore& blobs() { return blobs_; }

 private:
  Random& random_;
  const Options& options_;
  std::vector<mc::Event> events_;
  size_t newest_batch_ = 0;          // where it begins
  std::vector<mc::Event> snapshot_;  // stands for the first `snapshot_until_` events
  size_t snapshot_until_ = 0;
  BlobStore blobs_;
};

}  // namespace mote::sim
