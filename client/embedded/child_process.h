// A child process that dies with its parent.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mote::client {

// Started with PR_SET_PDEATHSIG, in a process group of its own (Ctrl-C on the
// terminal reaches the parent alone), signals unblocked; stderr is appended to a log
// file, and so is stdout unless its first line is wanted.
//
// The kernel ties the child to the *thread* that started it: that thread must live
// as long as the child. Not thread-safe.
class ChildProcess {
 public:
  enum class Stdout { kLog, kPipe };

  struct Spec {
    std::vector<std::string> command;  // a path, then its arguments
    std::string log_path;
    Stdout stdout_to = Stdout::kLog;
  };

  // Returns
  //   NotFound     no such program
  //   Unavailable  no process or log file could be made
  static absl::StatusOr<ChildProcess> Start(const Spec& spec);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  // Kills the child if it still runs.
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  // Kept after the child has ended.
  const std::string& log_path() const { return log_path_; }

  // With Stdout::kPipe: the next line, without its newline. What follows is discarded
  // as it comes only while this is called, so call it for a line that is short.
  //
  // Returns
  //   DeadlineExceeded  no line came in `timeout`
  //   Unavailable       the child closed its stdout or ended
  absl::StatusOr<std::string> ReadLine(absl::Duration timeout);

  // "exit code 2", "signal 9 (Killed)" once it has ended; nullopt while it runs.
  std::optional<std::string> Ended();
  void Signal(int signal);
  // Waits until it has ended; false: it still runs after `timeout`.
  bool WaitFor(absl::Duration timeout);

 private:
  ChildProcess(pid_t pid, int stdout_fd, std::string log_path)
      : pid_(pid), stdout_fd_(stdout_fd), log_path_(std::move(log_path)) {}
  void Release();

  pid_t pid_ = -1;
  int stdout_fd_ = -1;
  std::string log_path_;
  std::string line_;  // read from stdout, not yet taken
  std::optional<std::string> ended_;
};

// The last `lines_max` lines of a file, each after "  | "; empty when there are none.
std::string LogTail(const std::string& path, int lines_max);

}  // namespace mote::client
