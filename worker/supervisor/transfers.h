// Moves blobs between the cache, the coordinator and other workers, a few at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/digest.h"
#include "worker/supervisor/blob_cache.h"
#include "worker/supervisor/blob_client.h"
#include "worker/supervisor/kept_partials.h"
#include "worker/supervisor/peers.h"

namespace mote::worker {

struct Sent {
  absl::Status status;
  int64_t bytes = 0;
  int64_t nanoseconds = 0;
};

// Thread-safe. Answers come on the transfer threads. While the coordinator is away,
// transfers wait for it.
class Transfers {
 public:
  // All must outlive it.
  Transfers(BlobCache& cache, KeptPartials& kept, BlobClient& client, Peers& peers, int threads);
  // Stops what is under way; answers that were not given yet are not given.
  ~Transfers();

  // Brings a blob into the cache: from what is kept here, from the worker that serves
  // at `peer` (empty: none is known to have it), or else from the coordinator. Answers the bytes that came over the
  // network; 0 when it was there, or another fetch brought it meanwhile.
  //
  //   Unavailable  not to be had for 30 s (3 s from a peer), or nobody has it
  void Fetch(const Digest& digest, const std::string& peer, std::function<void(absl::StatusOr<int64_t>)> answer);

  // Puts blobs that lie in the cache; those that the coordinator is known to have
  // are skipped. Tries until it succeeds or `*abandoned` becomes true.
  //
  //   Cancelled          abandoned
  //   ResourceExhausted  the coordinator had no room for a minute
  //   NotFound           a blob has vanished from the cache
  //   InvalidArgument    the coordinator refuses a blob for good
  void Put(std::vector<Digest> digests, bool is_volatile, std::shared_ptr<const std::atomic<bool>> abandoned,
           std::function<void(Sent)> answer);

 private:
  void Work();
  absl::StatusOr<int64_t> FetchNow(const Digest& digest, const std::string& peer);
  absl::StatusOr<int64_t> FetchOnce(const Digest& digest, const std::string& peer);
  absl::StatusOr<FetchedBlob> FetchFromOthers(const Digest& digest, const std::string& peer);
  Sent PutNow(const std::vector<Digest>& digests, bool is_volatile, const std::atomic<bool>& abandoned);
  absl::StatusOr<int64_t> PutOnce(const std::vector<Digest>& digests, bool is_volatile);
  // False: stopped.
  bool Pause(absl::Duration duration);
  void Enqueue(std::function<void()> job);

  BlobCache& cache_;
  KeptPartials& kept_;
  BlobClient& client_;
  Peers& peers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::set<Digest> fetching_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mote::worker
