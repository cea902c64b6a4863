// A few threads that may wait for the disk, so that threads of gRPC never do.
//
// Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"

namespace mote::coordinator {

class DiskThreads {
 public:
  // `queue_max`: calls that may wait for a thread.
  DiskThreads(int threads, size_t queue_max);
  // Runs what is queued, then ends.
  ~DiskThreads();
  DiskThreads(const DiskThreads&) = delete;
  DiskThreads& operator=(const DiskThreads&) = delete;

  // Runs `call` soon on one of the threads. Never blocks.
  //
  // Unavailable: the queue is full, `call` was dropped; retry with back-off.
  absl::Status Post(std::function<void()> call);

 private:
  void Run();

  const size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace mote::coordinator
