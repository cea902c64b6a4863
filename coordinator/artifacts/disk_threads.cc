#include "coordinator/artifacts/disk_threads.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace mote::coordinator {

DiskThreads::DiskThreads(int threads, size_t queue_max) : queue_max_(queue_max) {
  threads_.reserve(static_cast<size_t>(threads));
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

DiskThreads::~DiskThreads() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

absl::Status DiskThreads::Post(std::function<void()> call) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= queue_max_) {
      return absl::UnavailableError(absl::StrCat(queue_max_, " calls wait for the disk already; retry with back-off"));
    }
    queue_.push_back(std::move(call));
  }
  changed_.notify_one();
  return absl::OkStatus();
}

void DiskThreads::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::function<void()> call = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    call();
    call = nullptr;  // what it held is released outside the lock
    lock.lock();
  }
}

}  // namespace mote::coordinator
