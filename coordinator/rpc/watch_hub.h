// Who watches which job, and when they are shown it again.
//
// A changed job is asked for once (GetJob, through the mailbox like every read) and
// shown to all who watch it, at most ten times a second however often it changes; but
// at once when it has ended, and to whoever comes new.
//
// Thread-safe. Owns one thread, which asks for what could not be asked for at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "common/ids.h"
#include "coordinator/rpc/call_table.h"
#include "coordinator/rpc/mailbox.h"
#include "mote/v1/job.pb.h"

namespace mote::coordinator {

// One WatchJob stream. Called with the hub locked: must not call the hub back.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void Show(const std::shared_ptr<const v1::Job>& job) = 0;
  // Nothing more will be shown.
  virtual void End(const absl::Status& status) = 0;
};

class WatchHub {
 public:
  // `calls` outlives the hub, but its FailAll is called before the hub is destroyed.
  WatchHub(CallTable& calls, PostCommand post);
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  // Shows `watcher` the job soon, and again after each change, until Remove.
  void Add(JobId job, Watcher* watcher);
  void Remove(JobId job, Watcher* watcher);
  void Changed(JobId job, bool ended);
  // Ends all watchers, now and later.
  void EndAll(const absl::Status& status);

 private:
  using Clock = std::chrono::steady_clock;
  struct Watched {
    std::vector<Watcher*> watchers;
    bool changed = true;
    bool asking = false;
    Clock::time_point ask_from;  // not before
  };

  void Run();
  // True: it is to be asked for now, by the caller, who does not hold the lock then.
  static bool TakeIfDue(Watched& watched, Clock::time_point now);
  std::vector<JobId> TakeDue(Clock::time_point now, Clock::time_point* next);
  void Ask(JobId job);
  void OnReply(JobId job, const Reply& reply);

  CallTable& calls_;
  const PostCommand post_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<JobId, Watched> jobs_;  // guarded by mutex_, as all below
  absl::Status closed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mote::coordinator
