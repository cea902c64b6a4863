// Tells the core when the coordinator's disk falls below its reserve, and when it has
// room again.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/artifacts/artifact_store.h"
#include "coordinator/core/command.h"

namespace mote::coordinator {

class DiskWatch {
 public:
  using Look = std::function<absl::StatusOr<DiskSpace>()>;
  // False: not taken, try again later.
  using Post = std::function<bool(Command)>;

  // Looks at once, before this returns, and then every `interval`; both functions are
  // called from a thread of its own after that.
  DiskWatch(Look look, Post post, absl::Duration interval = absl::Seconds(1));
  ~DiskWatch();
  DiskWatch(const DiskWatch&) = delete;
  DiskWatch& operator=(const DiskWatch&) = delete;

 private:
  void LookOnce();
  void LookForever();

  const Look look_;
  const Post post_;
  const absl::Duration interval_;
  bool told_low_ = false;  // what the core knows; of the thread that looks
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace mote::coordinator
