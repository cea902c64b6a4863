// Real processes, for end-to-end tests: started, watched, killed, and never left
// behind.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace mote::testing {

// A running program. Killed with SIGKILL when it goes out of scope.
class Process {
 public:
  // argv[0] is a path. Standard output and error go to one file each in `dir`.
  Process(std::vector<std::string> argv, const std::string& dir, const std::string& name);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  // Ends it with SIGKILL and waits until it is gone.
  void Kill();
  // Waits for its end; its exit code, 128 + signal, or -1 when `limit` passed.
  int Wait(absl::Duration limit);
  bool IsRunning();
  std::string Stdout() const;
  std::string Stderr() const;
  // Waits until standard output holds `text`. False: it ended or `limit` passed.
  bool WaitForOutput(const std::string& text, absl::Duration limit);

 private:
  pid_t pid_ = -1;
  int exit_code_ = -1;
  bool ended_ = false;
  std::string stdout_path_;
  std::string stderr_path_;
};

// What a command printed and how it ended.
struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// Runs a program to its end.
Outcome Run(std::vector<std::string> argv, const std::string& dir, absl::Duration limit = absl::Seconds(120));

// A fresh directory below the system's temporary one.
std::string MakeTempDir();
std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& content);

// Running processes whose command line holds `text`, as "PID COMMAND LINE".
std::vector<std::string> ProcessesNaming(const std::string& text);

// Direct children of a process whose name starts with `name`.
std::vector<pid_t> ChildrenOf(pid_t pid, const std::string& name);

}  // namespace mote::testing
