// A user's program that answers one line for each line it gets.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/engine/kernel.h"

namespace mote::engine {

// Runs until destroyed; then it is killed, with all that it started (what left its
// process group once the engine's last program ends). It also dies with this thread.
// Not thread-safe: all programs of a process belong to one thread.
class ChildProgram {
 public:
  // Starts `arguments` with `directory` as working directory.
  //
  // FailedPrecondition: it cannot be run (no such program, not executable).
  // ResourceExhausted: no process or pipe is to be had.
  static absl::StatusOr<std::unique_ptr<ChildProgram>> Start(const std::vector<std::string>& arguments,
                                                             const std::string& directory);
  ~ChildProgram();
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  // Sends `line` and waits for one line in return. After an error the program is
  // of no more use.
  //
  //   InvalidArgument  it ended, closed its output, wrote without being asked, or
  //                    wrote a line that is too long; says exit status and the last
  //                    lines of its stderr
  //   Cancelled        the lease was revoked
  absl::StatusOr<std::string> Exchange(const std::string& line, const TaskContext& context);

  // "; stderr: ..." with the end of what it wrote there; empty when it wrote nothing.
  std::string StderrTail();

 private:
  ChildProgram(pid_t pid, int in, int out, int err) : pid_(pid), in_(in), out_(out), err_(err) {}

  absl::Status Pump(std::string_view& unsent);
  bool DrainOutput();
  void DrainErrors();
  absl::Status Ended(std::string_view what);
  std::string ExitText();

  pid_t pid_;
  int in_, out_, err_;  // its stdin, stdout, stderr; -1 once closed
  std::string output_;  // not yet returned
  std::string errors_;  // the last 4 KiB
};

}  // namespace mote::engine
