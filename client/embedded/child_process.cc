#include "client/embedded/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace mote::client {
namespace {

constexpr int kExecFailed = 127;

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void Become(char* const* arguments, int stdout_fd, int log_fd, pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kExecFailed);  // the parent died before the call above
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  dup2(stdout_fd, STDOUT_FILENO);
  dup2(log_fd, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(kExecFailed);
}

std::string EndText(int status) {
  if (WIFSIGNALED(status)) return absl::StrCat("signal ", WTERMSIG(status), " (", strsignal(WTERMSIG(status)), ")");
  return absl::StrCat("exit code ", WEXITSTATUS(status));
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(const Spec& spec) {
  if (access(spec.command[0].c_str(), X_OK) != 0) {
    return absl::NotFoundError(absl::StrCat("the program '", spec.command[0],
                                            "' is not there or may not be executed; "
                                            "install it beside `mote`"));
  }
  const int log_fd = open(spec.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log_fd < 0) {
    return absl::UnavailableError(
        absl::StrCat("the log '", spec.log_path, "' cannot be written: ", std::strerror(errno)));
  }
  Pipe out;
  if (spec.stdout_to == Stdout::kPipe) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
      close(log_fd);
      return absl::UnavailableError(absl::StrCat("no pipe could be made: ", std::strerror(errno)));
    }
    out = {ends[0], ends[1]};
  }
  std::vector<char*> arguments;
  for (const std::string& argument : spec.command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(arguments.data(), out.write_end >= 0 ? out.write_end : log_fd, log_fd, parent);
  const int error = errno;
  close(log_fd);
  if (out.write_end >= 0) close(out.write_end);
  if (pid < 0) {
    if (out.read_end >= 0) close(out.read_end);
    return absl::UnavailableError(absl::StrCat("no process could be started: ", std::strerror(error)));
  }
  return ChildProcess(pid, out.read_end, spec.log_path);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept { *this = std::move(other); }

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this == &other) return *this;
  Release();
  pid_ = std::exchange(other.pid_, -1);
  stdout_fd_ = std::exchange(other.stdout_fd_, -1);
  log_path_ = std::move(other.log_path_);
  line_ = std::move(other.line_);
  ended_ = std::move(other.ended_);
  return *this;
}

ChildProcess::~ChildProcess() { Release(); }

void ChildProcess::Release() {
  if (pid_ > 0 && !Ended()) {
    kill(pid_, SIGKILL);
    WaitFor(absl::Seconds(10));
  }
  if (stdout_fd_ >= 0) close(stdout_fd_);
  pid_ = -1;
  stdout_fd_ = -1;
}

absl::StatusOr<std::string> ChildProcess::ReadLine(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  for (;;) {
    const size_t newline = line_.find('\n');
    if (newline != std::string::npos) {
      std::string line = line_.substr(0, newline);
      line_.erase(0, newline + 1);
      return line;
    }
    const absl::Duration left = deadline - absl::Now();
    pollfd readable{stdout_fd_, POLLIN, 0};
    const int ready =
        left > absl::ZeroDuration() ? poll(&readable, 1, static_cast<int>(absl::ToInt64Milliseconds(left)) + 1) : 0;
    if (ready == 0) return absl::DeadlineExceededError("no line came in time");
    if (ready < 0 && errno == EINTR) continue;
    char bytes[4096];
    const ssize_t got = read(stdout_fd_, bytes, sizeof(bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::UnavailableError("its output ended");
    line_.append(bytes, static_cast<size_t>(got));
  }
}

std::optional<std::string> ChildProcess::Ended() {
  if (ended_ || pid_ <= 0) return ended_;
  int status = 0;
  const pid_t waited = waitpid(pid_, &status, WNOHANG);
  if (waited == pid_) ended_ = EndText(status);
  if (waited < 0 && errno == ECHILD) ended_ = "an unknown end";
  return ended_;
}

void ChildProcess::Signal(int signal) {
  if (pid_ > 0 && !Ended()) kill(pid_, signal);
}

bool ChildProcess::WaitFor(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!Ended()) {
    if (absl::Now() >= deadline) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

std::string LogTail(const std::string& path, int lines_max) {
  std::ifstream file(path);
  std::deque<std::string> tail;
  for (std::string line; std::getline(file, line);) {
    tail.push_back(line);
    if (static_cast<int>(tail.size()) > lines_max) tail.pop_front();
  }
  std::string out;
  for (const std::string& line : tail) absl::StrAppend(&out, "  | ", line, "\n");
  return out;
}

}  // namespace mote::client
