// How other threads reach the supervisor's loop.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "absl/time/time.h"

namespace mote::worker {

// A bounded queue of calls that the loop's thread makes. Thread-safe.
class Mailbox {
 public:
  explicit Mailbox(size_t calls_max) : calls_max_(calls_max) {}

  // Waits while the mailbox is full: readers stop reading. Never to be called by the
  // loop's own thread. After Close the call is dropped.
  void Post(std::function<void()> call) {
    std::unique_lock<std::mutex> lock(mutex_);
    has_room_.wait(lock, [this] { return closed_ || calls_.size() < calls_max_; });
    if (closed_) return;
    calls_.push_back(std::move(call));
    has_calls_.notify_one();
  }

  // Makes all calls that are there, after waiting at most `patience` for one.
  void Run(absl::Duration patience) {
    std::unique_lock<std::mutex> lock(mutex_);
    has_calls_.wait_for(lock, absl::ToChronoNanoseconds(patience), [this] { return !calls_.empty(); });
    std::deque<std::function<void()>> calls = std::exchange(calls_, {});
    has_room_.notify_all();
    lock.unlock();
    for (const std::function<void()>& call : calls) call();
  }

  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    calls_.clear();
    has_room_.notify_all();
  }

 private:
  const size_t calls_max_;
  std::mutex mutex_;
  std::condition_variable has_calls_;
  std::condition_variable has_room_;
  std::deque<std::function<void()>> calls_;
  bool closed_ = false;
};

}  // namespace mote::worker
