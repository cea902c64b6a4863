// One engine process: started, listened to, killed, reaped.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "mote/engine/v1/engine.pb.h"
#include "worker/supervisor/options.h"
#include "worker/wire/frame.h"
#include "worker/wire/task_mark.h"

namespace mote::worker {

// How a process ended.
struct ExitReason {
  int exit_code = 0;
  int signal = 0;  // 0: it exited
  // The kernel counted an out-of-memory kill in the last seconds of the process.
  bool out_of_memory_seen = false;

  // "was ended by signal 6 (Aborted)", "ended with exit code 1".
  std::string ToString() const;
};

// Thread-safe where noted; otherwise for the loop's thread, which must also be the
// one that starts it: the engine dies with the thread that made it.
class EngineProcess {
 public:
  struct Listener {
    // Both run on the process's own reader thread. Messages that came together are handed
    // over together.
    std::function<void(std::vector<mote::engine::v1::EngineMessage>)> on_messages;
    // The last call: nothing comes after it. `error` is empty at a clean end.
    std::function<void(std::string error)> on_closed;
    // What it writes to its stdout and stderr, by lines of at most 4 KiB. Runs on a thread
    // of its own until the process was waited for.
    std::function<void(const std::string& line)> on_line;
  };

  // Starts mote-engine from this executable's directory. `scratch_dir` is empty.
  //
  // Unavailable: it cannot be started; names the program and the reason.
  static absl::StatusOr<std::unique_ptr<EngineProcess>> Start(const Options& options, const std::string& store_dir,
                                                              const std::string& scratch_dir, int slot,
                                                              Listener listener);
  // Kills what still runs and waits for it.
  ~EngineProcess();
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  // Thread-safe. An error means that the engine is dying or stuck.
  absl::Status Send(const mote::engine::v1::SupervisorMessage& message) { return socket_.Send(message); }
  // Sends with the next Flush, or before it.
  absl::Status Queue(const mote::engine::v1::SupervisorMessage& message) { return socket_.Queue(message); }
  absl::Status Flush() { return socket_.Flush(); }
  void Kill();
  // To be called about once a second: only a kill that the kernel counts near the end of
  // the process can have been its own.
  void NoteOutOfMemoryKills();
  // Waits for the end; after the patience it is killed. Call once, after on_closed
  // or Kill.
  ExitReason Wait(absl::Duration patience);

  const wire::TaskMark& mark() const { return mark_->mark(); }
  // Thread-safe: the last 4 KiB of its stderr.
  std::string StderrTail() const;
  pid_t pid() const { return pid_; }

 private:
  EngineProcess(pid_t pid, int socket, int errors, std::unique_ptr<wire::MappedTaskMark> mark, int slot);
  void ReadMessages(const Listener& listener);
  void ReadErrors(const std::function<void(const std::string& line)>& on_line);

  const pid_t pid_;
  const int slot_;
  wire::FrameSocket socket_;
  const int errors_;
  const std::unique_ptr<wire::MappedTaskMark> mark_;
  // When last noted, and the time before that: the process may be dead a while before
  // its end is seen.
  int64_t oom_kills_ = 0;
  int64_t oom_kills_before_ = 0;
  bool reaped_ = false;
  std::atomic<bool> ended_ = false;
  mutable std::mutex tail_mutex_;
  std::string tail_;
  std::thread message_reader_;
  std::thread error_reader_;
};

// Out-of-memory kills that the kernel has counted, for this container and machine.
int64_t OutOfMemoryKills();

}  // namespace mote::worker
