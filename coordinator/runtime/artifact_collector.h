// Removes from the store what nobody uses, beside the loop: it takes as long as the disk does.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/core/effect.h"

namespace mote::coordinator {

// Thread-safe.
class ArtifactCollector {
 public:
  // `store` outlives it.
  explicit ArtifactCollector(ArtifactStore& store);
  // Stops where it is.
  ~ArtifactCollector();

  // Never blocks. While an earlier one is at work this one waits, in place of any that waits.
  void Start(CollectArtifacts collect);

 private:
  void Run();

  ArtifactStore& store_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<CollectArtifacts> next_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace mote::coordinator
