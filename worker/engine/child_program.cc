#include "worker/engine/child_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "worker/wire/descendants.h"
#include "worker/wire/monotonic.h"

namespace mote::engine {
namespace {

constexpr size_t kStderrTailBytes = 4 << 10;
constexpr size_t kLineBytesMax = 4 << 20;
// How soon a revoked lease is noticed while the program computes.
constexpr int kPollMilliseconds = 50;
// A program that closed its output gets so long to exit and say why.
constexpr int64_t kExitPatienceNs = 500'000'000;

struct Pipe {
  int read = -1, write = -1;
  ~Pipe() {
    if (read >= 0) close(read);
    if (write >= 0) close(write);
  }
  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  static int Release(int& end) { return std::exchange(end, -1); }
};

// In the child: only calls that are safe between fork and exec.
[[noreturn]] void Exec(char* const* arguments, const char* directory, const Pipe& in, const Pipe& out, const Pipe& err,
                       int failed) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  dup2(in.read, STDIN_FILENO);
  dup2(out.write, STDOUT_FILENO);
  dup2(err.write, STDERR_FILENO);
  if (chdir(directory) == 0) execvp(arguments[0], arguments);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(failed, &error, sizeof(error));
  _exit(127);
}

// Programs of this engine: they all belong to its compute thread.
int running = 0;

bool SetNonBlocking(int fd) { return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0; }

// Appends what can be read now. False: the other side closed.
bool ReadAvailable(int fd, std::string& to) {
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN;
    if (n == 0) return false;
    to.append(buffer.data(), static_cast<size_t>(n));
    if (to.size() > 2 * kLineBytesMax) return true;
  }
}

// What a program writes to its stderr is output of its engine: `mote logs` shows it.
void PassOn(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(STDERR_FILENO, text.data(), text.size());
    if (n < 0 && errno != EINTR) return;
    if (n > 0) text.remove_prefix(static_cast<size_t>(n));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProgram>> ChildProgram::Start(const std::vector<std::string>& arguments,
                                                                  const std::string& directory) {
  Pipe in, out, err, failed;
  if (!in.Open() || !out.Open() || !err.Open() || !failed.Open()) {
    return absl::ResourceExhaustedError(absl::StrCat("no pipe for the program: ", std::strerror(errno)));
  }
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) return absl::ResourceExhaustedError(absl::StrCat("no process for the program: ", std::strerror(errno)));
  if (pid == 0) Exec(argv.data(), directory.c_str(), in, out, err, failed.write);
  close(Pipe::Release(failed.write));
  int error = 0;
  if (read(failed.read, &error, sizeof(error)) == sizeof(error)) {
    waitpid(pid, nullptr, 0);
    return absl::FailedPreconditionError(absl::StrCat("cannot run \"", arguments[0], "\": ", std::strerror(error),
                                                      "; install it on every worker or ship it with `files`"));
  }
  SetNonBlocking(in.write);
  SetNonBlocking(out.read);
  SetNonBlocking(err.read);
  ++running;
  return std::unique_ptr<ChildProgram>(
      new ChildProgram(pid, Pipe::Release(in.write), Pipe::Release(out.read), Pipe::Release(err.read)));
}

ChildProgram::~ChildProgram() {
  // The group: programs that it started go with it.
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);
  for (const int fd : {in_, out_, err_}) {
    if (fd >= 0) close(fd);
  }
  waitpid(pid_, nullptr, 0);
  // What left the group is ours now. While another program runs it may be that one's.
  if (--running == 0) wire::KillStrays({});
}

absl::StatusOr<std::string> ChildProgram::Exchange(const std::string& line, const TaskContext& context) {
  DrainOutput();
  if (!output_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the program wrote more than one line for the row before: \"", output_.substr(0, 200),
                     "\"; write one line a row and everything else to stderr", StderrTail()));
  }
  const std::string request = line + "\n";
  std::string_view unsent = request;
  for (;;) {
    if (const size_t end = output_.find('\n'); end != std::string::npos) {
      if (!unsent.empty()) return Ended("answered before it had read the whole row");
      std::string answer = output_.substr(0, end);
      output_.erase(0, end + 1);
      return answer;
    }
    if (output_.size() > kLineBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat("the program's line is longer than ", kLineBytesMax, " bytes"));
    }
    if (context.cancelled()) return absl::CancelledError("the lease was revoked");
    MOTE_RETURN_IF_ERROR(Pump(unsent));
  }
}

// Waits for any progress: writes what fits, reads what is there.
absl::Status ChildProgram::Pump(std::string_view& unsent) {
  std::array<pollfd, 3> polled = {pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0},
                                  pollfd{unsent.empty() ? -1 : in_, POLLOUT, 0}};
  poll(polled.data(), polled.size(), kPollMilliseconds);
  DrainErrors();
  if (!DrainOutput() && output_.find('\n') == std::string::npos) return Ended("gave no answer");
  if (polled[2].revents == 0) return absl::OkStatus();
  const ssize_t n = write(in_, unsent.data(), unsent.size());
  if (n > 0) unsent.remove_prefix(static_cast<size_t>(n));
  if (n < 0 && errno != EAGAIN && errno != EINTR) return Ended("reads no more rows");
  return absl::OkStatus();
}

bool ChildProgram::DrainOutput() { return ReadAvailable(out_, output_); }

void ChildProgram::DrainErrors() {
  if (err_ < 0) return;
  const size_t known = errors_.size();
  if (!ReadAvailable(err_, errors_)) close(std::exchange(err_, -1));
  PassOn(std::string_view(errors_).substr(known));
  if (errors_.size() > kStderrTailBytes) errors_.erase(0, errors_.size() - kStderrTailBytes);
}

absl::Status ChildProgram::Ended(std::string_view what) {
  std::string printed;
  if (!output_.empty()) printed = absl::StrCat(" (it printed \"", output_.substr(0, 200), "\")");
  const std::string exit = ExitText();
  return absl::InvalidArgumentError(absl::StrCat("the program ", std::string(what), printed, exit, StderrTail()));
}

// Waits a moment for the end, so that the reason can be told.
std::string ChildProgram::ExitText() {
  const int64_t deadline = wire::MonotonicNanoseconds() + kExitPatienceNs;
  for (;;) {
    siginfo_t info{};
    // WNOWAIT: the process is reaped by the destructor only.
    if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_) {
      DrainErrors();
      if (info.si_code == CLD_EXITED) return absl::StrCat("; it ended with exit status ", info.si_status);
      return absl::StrCat("; it was ended by signal ", info.si_status, " (", strsignal(info.si_status), ")");
    }
    if (wire::MonotonicNanoseconds() > deadline) return "; it closed its output but still runs";
    absl::SleepFor(absl::Milliseconds(5));
  }
}

std::string ChildProgram::StderrTail() {
  DrainErrors();
  const std::string text(absl::StripAsciiWhitespace(errors_));
  return text.empty() ? "" : absl::StrCat("; its stderr ends with:\n", text);
}

}  // namespace mote::engine
