// The coordinator's store of blobs, in virtual time: what it is told to remove it removes by
// the rules of coordinator/runtime/artifact_drops.h and collection.h.
#pragma once

#include <map>
#include <set>
#include <string>

#include "common/reducer.h"
#include "coordinator/core/effect.h"
#include "tests/sim/event_queue.h"

namespace mote::sim {

namespace mc = ::mote::coordinator;

class BlobStore final : public BlobSink {
 public:
  explicit BlobStore(const EventQueue& queue) : queue_(queue) {}

  Digest Store(std::string bytes) override;
  // nullptr: it is not here.
  const std::string* Find(const Digest& digest) const;

  void Drop(const mc::DropArtifacts& drop);
  void Collect(const mc::CollectArtifacts& collect);
  int64_t removed() const { return removed_; }

 private:
  struct Blob {
    std::string bytes;
    absl::Time put;
  };
  // False: it stays, for it was put since.
  bool RemovePutBefore(const Digest& digest, absl::Time time);

  const EventQueue& queue_;
  std::map<Digest, Blob> blobs_;
  std::set<Digest> later_;  // dropped, and put lately
  int64_t removed_ = 0;
};

}  // namespace mote::sim
