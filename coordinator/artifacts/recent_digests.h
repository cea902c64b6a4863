// Digests that were seen lately: bounded, the oldest are forgotten first.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <set>

#include "common/digest.h"

namespace mote::coordinator {

// Thread-safe.
class RecentDigests {
 public:
  explicit RecentDigests(size_t digests_max) : digests_max_(digests_max) {}

  bool Contains(const Digest& digest) const {
    const std::lock_guard lock(mutex_);
    return digests_.contains(digest);
  }
  void Add(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    if (!digests_.insert(digest).second) return;
    by_age_.push_back(digest);
    if (by_age_.size() <= digests_max_) return;
    digests_.erase(by_age_.front());
    by_age_.pop_front();
  }
  void Remove(const Digest& digest) {
    const std::lock_guard lock(mutex_);
    if (digests_.erase(digest) > 0) std::erase(by_age_, digest);
  }

 private:
  const size_t digests_max_;
  mutable std::mutex mutex_;
  std::set<Digest> digests_;
  std::deque<Digest> by_age_;
};

}  // namespace mote::coordinator
