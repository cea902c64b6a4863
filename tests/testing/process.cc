#include "tests/testing/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/check.h"

namespace mote::testing {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(5);

// Only what is safe between fork and exec.
[[noreturn]] void RunChild(char* const* argv, int out, int err) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execv(argv[0], argv);
  _exit(127);
}

}  // namespace

Process::Process(std::vector<std::string> argv, const std::string& dir, const std::string& name)
    : stdout_path_(absl::StrCat(dir, "/", name, ".out")), stderr_path_(absl::StrCat(dir, "/", name, ".err")) {
  const int out = open(stdout_path_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  const int err = open(stderr_path_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  MOTE_CHECK(out >= 0 && err >= 0, "the test's directory is writable");
  std::vector<char*> arguments;
  for (std::string& argument : argv) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  MOTE_CHECK(pid_ >= 0, "fork works");
  if (pid_ == 0) RunChild(arguments.data(), out, err);
  close(out);
  close(err);
}

Process::~Process() {
  if (!ended_) Kill();
}

void Process::Signal(int signal) const { kill(pid_, signal); }

void Process::Kill() {
  if (ended_) return;
  kill(pid_, SIGKILL);
  Wait(absl::InfiniteDuration());
}

bool Process::IsRunning() {
  if (ended_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  ended_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

int Process::Wait(absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  while (IsRunning()) {
    if (absl::Now() > deadline) return -1;
    absl::SleepFor(kPoll);
  }
  return exit_code_;
}

std::string Process::Stdout() const { return ReadFile(stdout_path_); }
std::string Process::Stderr() const { return ReadFile(stderr_path_); }

bool Process::WaitForOutput(const std::string& text, absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  while (Stdout().find(text) == std::string::npos) {
    if (!IsRunning() || absl::Now() > deadline) return Stdout().find(text) != std::string::npos;
    absl::SleepFor(kPoll);
  }
  return true;
}

Outcome Run(std::vector<std::string> argv, const std::string& dir, absl::Duration limit) {
  static std::atomic<int> runs = 0;
  Process process(std::move(argv), dir, absl::StrCat("run", ++runs));
  Outcome outcome;
  outcome.exit_code = process.Wait(limit);
  outcome.out = process.Stdout();
  outcome.err = process.Stderr();
  return outcome;
}

std::string MakeTempDir() {
  std::string path = (std::filesystem::temp_directory_path() / "mote-test-XXXXXX").string();
  MOTE_CHECK(mkdtemp(path.data()) != nullptr, "a temporary directory can be made");
  return path;
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

void WriteFile(const std::string& path, const std::string& content) {
  std::ofstream out(path, std::ios::binary);
  out << content;
  MOTE_CHECK(out.good(), "the test's file can be written");
}

std::vector<std::string> ProcessesNaming(const std::string& text) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string pid = entry.path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string command = ReadFile(absl::StrCat("/proc/", pid, "/cmdline"));  // empty once it has ended
    std::replace(command.begin(), command.end(), '\0', ' ');
    if (command.find(text) != std::string::npos) found.push_back(absl::StrCat(pid, " ", command));
  }
  return found;
}

std::vector<pid_t> ChildrenOf(pid_t pid, const std::string& name) {
  std::vector<pid_t> children;
  std::vector<pid_t> direct;
  // Threads may have forked: ask each.
  for (const auto& entry : std::filesystem::directory_iterator(absl::StrCat("/proc/", pid, "/task"))) {
    std::istringstream list(ReadFile((entry.path() / "children").string()));
    for (pid_t child; list >> child;) direct.push_back(child);
  }
  for (const pid_t child : direct) {
    const std::string comm = ReadFile(absl::StrCat("/proc/", child, "/comm"));
    if (comm.rfind(name, 0) == 0) children.push_back(child);
  }
  return children;
}

}  // namespace mote::testing
