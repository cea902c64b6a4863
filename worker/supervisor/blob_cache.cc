#include "worker/supervisor/blob_cache.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/files/posix_file.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"

namespace mote::worker {
namespace {

namespace fs = std::filesystem;

// What another worker of this machine stored so recently may not be at the
// coordinator yet.
constexpr std::chrono::seconds kYoung{60};

struct Entry {
  fs::file_time_type used;
  int64_t bytes = 0;
  Digest digest;
};

std::vector<Entry> List(const std::string& dir) {
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::recursive_directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    const auto digest = Digest::FromHex(it->path().filename().string());
    if (!digest.ok()) continue;  // folders, and files being written
    std::error_code gone;
    const auto bytes = it->file_size(gone);
    const auto used = it->last_write_time(gone);
    if (!gone) entries.push_back({used, static_cast<int64_t>(bytes), *digest});
  }
  return entries;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BlobCache>> BlobCache::Open(const std::string& dir, int64_t bytes_max) {
  MOTE_ASSIGN_OR_RETURN(std::unique_ptr<BlobFiles> files, BlobFiles::Open(dir));
  std::unique_ptr<BlobCache> cache(new BlobCache(std::move(files), bytes_max));
  const std::lock_guard<std::mutex> lock(cache->mutex_);
  cache->KeepBound();
  return cache;
}

absl::Status BlobCache::Write(const Digest& digest, std::string_view bytes) {
  absl::Status written = files_->Write(digest, bytes, /*durable=*/false);
  if (absl::IsResourceExhausted(written)) {
    MakeRoom(std::numeric_limits<int64_t>::max());
    written = files_->Write(digest, bytes, /*durable=*/false);
  }
  if (absl::IsResourceExhausted(written)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the worker's store directory \"", files_->dir(), "\" is full: ", std::string(written.message()),
                     "; free space there, or start the worker with another --store-dir"));
  }
  MOTE_RETURN_IF_ERROR(written);
  const std::lock_guard<std::mutex> lock(mutex_);
  bytes_ += static_cast<int64_t>(bytes.size());
  if (bytes_ > bytes_max_) KeepBound();
  return absl::OkStatus();
}

void BlobCache::Pin(const std::vector<Digest>& digests) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Digest& digest : digests) {
    pinned_.insert(digest);
    bytes_ += files_->Size(digest).value_or(0);
  }
}

void BlobCache::Unpin(const std::vector<Digest>& digests) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Digest& digest : digests) {
    if (const auto found = pinned_.find(digest); found != pinned_.end()) pinned_.erase(found);
  }
  if (bytes_ > bytes_max_) KeepBound();
}

void BlobCache::MakeRoom(int64_t free_bytes_min) {
  const absl::StatusOr<int64_t> free = FreeBytes(files_->dir());
  if (!free.ok() || *free >= free_bytes_min) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  Evict(0, bytes_ / 2);
  spdlog::warn("\"{}\" has {} MiB free: old blobs were evicted, {} MiB are left", files_->dir(), *free >> 20,
               bytes_ >> 20);
}

void BlobCache::Evict(int64_t bound, int64_t goal) {
  std::vector<Entry> entries = List(files_->dir());
  bytes_ = 0;
  for (const Entry& entry : entries) bytes_ += entry.bytes;
  if (bytes_ <= bound) return;
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.used < b.used; });
  const auto young = fs::file_time_type::clock::now() - kYoung;
  for (const Entry& entry : entries) {
    if (bytes_ <= goal || entry.used > young) break;
    if (pinned_.contains(entry.digest) || !files_->Remove(entry.digest).ok()) continue;
    bytes_ -= entry.bytes;
  }
  spdlog::debug("blob cache: {} bytes after eviction, at most {}", bytes_, bytes_max_);
}

void BlobCache::KeepBound() { Evict(bytes_max_, bytes_max_ - bytes_max_ / 10); }

}  // namespace mote::worker
