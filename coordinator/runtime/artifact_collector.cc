#include "coordinator/runtime/artifact_collector.h"

#include <string>
#include <utility>

#include "coordinator/runtime/collection.h"
#include "spdlog/spdlog.h"

namespace mote::coordinator {

ArtifactCollector::ArtifactCollector(ArtifactStore& store) : store_(store), thread_([this] { Run(); }) {}

ArtifactCollector::~ArtifactCollector() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ArtifactCollector::Start(CollectArtifacts collect) {
  {
    const std::lock_guard lock(mutex_);
    next_ = std::move(collect);
  }
  changed_.notify_one();
}

void ArtifactCollector::Run() {
  for (;;) {
    std::optional<CollectArtifacts> collect;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || next_; });
      if (stopping_) return;
      collect = std::exchange(next_, std::nullopt);
    }
    const absl::StatusOr<Collection> collection = Collect(store_, *collect, stopping_);
    if (!collection.ok() && !stopping_) {
      spdlog::error("blobs that nobody uses stay for now: {}", std::string(collection.status().message()));
    } else if (collection.ok() && collection->blobs > 0) {
      spdlog::info("removed {} blobs that nobody uses, {} MiB", collection->blobs, collection->bytes >> 20);
    }
  }
}

}  // namespace mote::coordinator
