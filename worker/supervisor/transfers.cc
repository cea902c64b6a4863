#include "worker/supervisor/transfers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"
#include "worker/session/backoff.h"
#include "worker/supervisor/clock.h"
#include "worker/wire/monotonic.h"

namespace mote::worker {
namespace {

// An engine that waits for a blob occupies its slot: after so long others may try.
constexpr absl::Duration kFetchPatience = absl::Seconds(30);
// A coordinator that is away is waited for; one without room is not: what holds the
// slot is given up, and told why.
constexpr absl::Duration kRoomPatience = absl::Seconds(60);
constexpr absl::Duration kWarnInterval = absl::Seconds(10);
// The coordinator hears of a lost worker as soon.
constexpr absl::Duration kPeerPatience = absl::Seconds(3);
constexpr absl::Duration kRetryFirst = absl::Milliseconds(50);
constexpr absl::Duration kRetryLongest = absl::Seconds(2);
// More at once than FindMissingBlobs takes.
constexpr size_t kAskMax = 4096;

bool WorthRetrying(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) || absl::IsDataLoss(status);
}

}  // namespace

Transfers::Transfers(BlobCache& cache, KeptPartials& kept, BlobClient& client, Peers& peers, int threads)
    : cache_(cache), kept_(kept), client_(client), peers_(peers) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back(&Transfers::Work, this);
}

Transfers::~Transfers() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  client_.Stop();
  peers_.Stop();
  for (std::thread& thread : threads_) thread.join();
}

void Transfers::Enqueue(std::function<void()> job) {
  const std::lock_guard<std::mutex> lock(mutex_);
  jobs_.push_back(std::move(job));
  changed_.notify_all();
}

void Transfers::Work() {
  for (;;) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
    if (stopped_) return;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
  }
}

bool Transfers::Pause(absl::Duration duration) {
  std::unique_lock<std::mutex> lock(mutex_);
  return !changed_.wait_for(lock, absl::ToChronoNanoseconds(duration), [this] { return stopped_; });
}

void Transfers::Fetch(const Digest& digest, const std::string& peer,
                      std::function<void(absl::StatusOr<int64_t>)> answer) {
  Enqueue([this, digest, peer, answer = std::move(answer)] { answer(FetchNow(digest, peer)); });
}

// Two engines that want the same blob cause one transfer, which the first one pays.
absl::StatusOr<int64_t> Transfers::FetchNow(const Digest& digest, const std::string& peer) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this, &digest] { return stopped_ || !fetching_.contains(digest); });
  if (stopped_) return absl::UnavailableError("the worker stops");
  fetching_.insert(digest);
  lock.unlock();

  const absl::Time deadline = LoopNow() + (peer.empty() ? kFetchPatience : kPeerPatience);
  Backoff backoff(kRetryFirst, kRetryLongest, digest.bytes[0]);
  absl::StatusOr<int64_t> fetched = FetchOnce(digest, peer);
  absl::Status damaged;  // a store removes what it finds damaged, and then has not got it
  while (!fetched.ok() && WorthRetrying(fetched.status()) && LoopNow() < deadline && Pause(backoff.Next())) {
    if (absl::IsDataLoss(fetched.status())) damaged = fetched.status();
    fetched = FetchOnce(digest, peer);
  }
  if (!damaged.ok() && absl::IsNotFound(fetched.status())) fetched = damaged;
  lock.lock();
  fetching_.erase(digest);
  changed_.notify_all();
  if (fetched.ok()) return fetched;
  return absl::UnavailableError(std::string(fetched.status().message()));
}

absl::StatusOr<int64_t> Transfers::FetchOnce(const Digest& digest, const std::string& peer) {
  if (cache_.Has(digest) || kept_.Restore(digest)) return 0;
  MOTE_ASSIGN_OR_RETURN(const FetchedBlob blob, FetchFromOthers(digest, peer));
  MOTE_RETURN_IF_ERROR(cache_.Write(digest, blob.bytes));
  return blob.wire_bytes;
}

absl::StatusOr<FetchedBlob> Transfers::FetchFromOthers(const Digest& digest, const std::string& peer) {
  if (peer.empty()) return client_.Get(digest);
  absl::StatusOr<FetchedBlob> from_peer = peers_.Get(peer, digest);
  if (from_peer.ok()) return from_peer;
  absl::StatusOr<FetchedBlob> from_coordinator = client_.Get(digest);
  if (from_coordinator.ok() || !absl::IsNotFound(from_coordinator.status())) return from_coordinator;
  // Only the peer may have it: whether to try again is for its answer to say.
  return absl::Status(from_peer.status().code(), absl::StrCat("blob ", digest.Hex(), " is not at the coordinator; ",
                                                              std::string(from_peer.status().message())));
}

void Transfers::Put(std::vector<Digest> digests, bool is_volatile, std::shared_ptr<const std::atomic<bool>> abandoned,
                    std::function<void(Sent)> answer) {
  cache_.Pin(digests);
  Enqueue(
      [this, digests = std::move(digests), is_volatile, abandoned = std::move(abandoned), answer = std::move(answer)] {
        Sent sent = PutNow(digests, is_volatile, *abandoned);
        cache_.Unpin(digests);
        answer(std::move(sent));
      });
}

Sent Transfers::PutNow(const std::vector<Digest>& digests, bool is_volatile, const std::atomic<bool>& abandoned) {
  Backoff backoff(kRetryFirst, kRetryLongest, digests.empty() ? 0 : digests[0].bytes[0]);
  Sent sent;
  const absl::Time room_deadline = LoopNow() + kRoomPatience;
  absl::Time next_warning = absl::InfinitePast();
  for (;;) {
    if (abandoned) {
      sent.status = absl::CancelledError("the lease is gone");
      return sent;
    }
    // Time spent waiting for a coordinator that is away is no cost of the task.
    const int64_t started = wire::MonotonicNanoseconds();
    const absl::StatusOr<int64_t> bytes = PutOnce(digests, is_volatile);
    sent.nanoseconds = wire::MonotonicNanoseconds() - started;
    sent.bytes = bytes.value_or(0);
    sent.status = bytes.status();
    if (bytes.ok() || absl::IsNotFound(sent.status) || absl::IsInvalidArgument(sent.status)) return sent;
    if (absl::IsResourceExhausted(sent.status) && LoopNow() >= room_deadline) return sent;
    if (LoopNow() >= next_warning) {
      spdlog::warn("a result is not stored at the coordinator yet, trying again: {}",
                   std::string(sent.status.message()));
      next_warning = LoopNow() + kWarnInterval;
    }
    if (!Pause(backoff.Next())) return sent;
  }
}

absl::StatusOr<int64_t> Transfers::PutOnce(const std::vector<Digest>& digests, bool is_volatile) {
  int64_t bytes = 0;
  for (size_t at = 0; at < digests.size(); at += kAskMax) {
    const size_t end = std::min(digests.size(), at + kAskMax);
    const std::vector<Digest> asked(digests.begin() + static_cast<std::ptrdiff_t>(at),
                                    digests.begin() + static_cast<std::ptrdiff_t>(end));
    // Asking costs a round trip: worth it only when it can save several transfers.
    // What is stored there volatile must be put again to become durable.
    std::set<Digest> missing(asked.begin(), asked.end());
    if (is_volatile && asked.size() > 1) {
      MOTE_ASSIGN_OR_RETURN(missing, client_.FindMissing(asked));
    }
    for (const Digest& digest : asked) {
      if (missing.contains(digest)) {
        const auto blob = cache_.Read(digest);
        if (!blob.ok()) return absl::NotFoundError(absl::StrCat("blob ", digest.Hex(), " left the cache unsent"));
        MOTE_ASSIGN_OR_RETURN(const int64_t sent, client_.Put(digest, (*blob)->bytes(), is_volatile));
        bytes += sent;
      }
    }
  }
  return bytes;
}

}  // namespace mote::worker
