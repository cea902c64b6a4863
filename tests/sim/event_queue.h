// Virtual time: what happens next, and when.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "absl/time/time.h"

namespace mote::sim {

// Not thread-safe. Things at the same time happen in the order of their scheduling.
class EventQueue {
 public:
  absl::Time now() const { return now_; }

  void At(absl::Time time, std::function<void()> action) {
    queue_.emplace(std::make_pair(std::max(time, now_), sequence_++), std::move(action));
  }
  void After(absl::Duration delay, std::function<void()> action) { At(now_ + delay, std::move(action)); }

  // Does the next thing. False: there is none.
  bool Step() {
    if (queue_.empty()) return false;
    auto first = queue_.begin();
    now_ = first->first.first;
    const std::function<void()> action = std::move(first->second);
    queue_.erase(first);
    action();
    return true;
  }

 private:
  absl::Time now_ = absl::FromUnixSeconds(1'000'000'000);
  uint64_t sequence_ = 0;
  std::map<std::pair<absl::Time, uint64_t>, std::function<void()>> queue_;
};

}  // namespace mote::sim
