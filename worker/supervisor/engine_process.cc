#include "worker/supervisor/engine_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"
#include "spdlog/spdlog.h"
#include "worker/supervisor/store_directory.h"
#include "worker/wire/descendants.h"
#include "worker/wire/monotonic.h"

extern char** environ;

namespace mote::worker {
namespace {

constexpr size_t kStderrTailBytes = 4 << 10;
constexpr size_t kLineBytesMax = 4 << 10;
constexpr int kEngineFd = 3;
// An engine that reads nothing for so long is stuck.
constexpr absl::Duration kSendTimeout = absl::Seconds(2);
// For the end of a process that was killed.
constexpr absl::Duration kKillPatience = absl::Seconds(1);

std::vector<std::string> Arguments(const Options& options, const std::string& store_dir, const std::string& scratch_dir,
                                   int slot) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  std::vector<std::string> arguments = {(self.parent_path() / "mote-engine").string(),
                                        absl::StrCat("--fd=", kEngineFd),
                                        absl::StrCat("--slot=", slot),
                                        "--store-dir=" + store_dir,
                                        "--scratch-dir=" + scratch_dir,
                                        "--device=" + options.device,
                                        absl::StrCat("--threads=", options.threads_per_slot)};
  if (options.warm) arguments.push_back("--warm");
  for (const std::string& dir : options.shared_dirs) arguments.push_back("--shared-dir=" + dir);
  if (options.allow_commands) arguments.push_back("--allow-commands");
  if (options.allow_test_operations) arguments.push_back("--allow-test-operations");
  return arguments;
}

// BLAS and OpenMP read their thread counts once, at load, and so does malloc what it asks of the
// kernel: of tensors in huge pages a training step takes 7 % less.
constexpr char kMallocVariable[] = "GLIBC_TUNABLES";

std::vector<std::string> Environment(int threads, const std::string& scratch_dir) {
  std::map<std::string, std::string> own = {{"OPENBLAS_NUM_THREADS", absl::StrCat(threads)},
                                            {"OMP_NUM_THREADS", absl::StrCat(threads)},
                                            {StoreDirectory::kScratchVariable, scratch_dir}};
  if (std::getenv(kMallocVariable) == nullptr) own[kMallocVariable] = "glibc.malloc.hugetlb=1";
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (!own.contains(text.substr(0, text.find('=')))) environment.push_back(text);
  }
  for (const auto& [name, value] : own) environment.push_back(absl::StrCat(name, "=", value));
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Returns the error number; 0: started.
int Spawn(std::vector<std::string> arguments, std::vector<std::string> environment, int socket, int errors,
          pid_t* pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, socket, kEngineFd);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  // A group of its own: Ctrl-C reaches the supervisor, which ends its engines in order.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const int error = posix_spawn(pid, arguments[0].c_str(), &actions, &attributes, Pointers(arguments).data(),
                                Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// All that run now. Engines are started and waited for by the loop's thread alone.
std::set<pid_t>& Engines() {
  static auto* const engines = new std::set<pid_t>();
  return *engines;
}

int64_t CountIn(const char* path, const char* key) {
  std::ifstream in(path);
  std::string name;
  int64_t count = 0;
  while (in >> name >> count) {
    if (name == key) return count;
  }
  return 0;
}

// Waits so long for the process to end.
bool IsReaped(pid_t pid, absl::Duration patience, int* status) {
  const int64_t deadline = wire::MonotonicNanoseconds() + absl::ToInt64Nanoseconds(patience);
  while (waitpid(pid, status, WNOHANG) == 0) {
    if (wire::MonotonicNanoseconds() >= deadline) return false;
    absl::SleepFor(absl::Milliseconds(2));
  }
  return true;
}

}  // namespace

int64_t OutOfMemoryKills() {
  return CountIn("/proc/vmstat", "oom_kill") + CountIn("/sys/fs/cgroup/memory.events", "oom_kill");
}

std::string ExitReason::ToString() const {
  if (signal != 0) return absl::StrCat("was ended by signal ", signal, " (", strsignal(signal), ")");
  return absl::StrCat("ended with exit code ", exit_code);
}

absl::StatusOr<std::unique_ptr<EngineProcess>> EngineProcess::Start(const Options& options,
                                                                    const std::string& store_dir,
                                                                    const std::string& scratch_dir, int slot,
                                                                    Listener listener) {
  MOTE_ASSIGN_OR_RETURN(auto mark, wire::MappedTaskMark::Open(scratch_dir + "/task_mark"));
  int sockets[2];
  int errors[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    return absl::UnavailableError(absl::StrCat("no socket for an engine: ", std::strerror(errno)));
  }
  if (pipe2(errors, O_CLOEXEC) != 0) {
    const int error = errno;
    close(sockets[0]);
    close(sockets[1]);
    return absl::UnavailableError(absl::StrCat("no pipe for an engine: ", std::strerror(error)));
  }
  const std::vector<std::string> arguments = Arguments(options, store_dir, scratch_dir, slot);
  pid_t pid = 0;
  const int error = Spawn(arguments, Environment(options.threads_per_slot, scratch_dir), sockets[1], errors[1], &pid);
  close(sockets[1]);
  close(errors[1]);
  if (error != 0) {
    close(sockets[0]);
    close(errors[0]);
    return absl::UnavailableError(absl::StrCat("cannot start ", arguments[0], ": ", std::strerror(error),
                                               "; mote-engine must lie beside mote-worker"));
  }
  Engines().insert(pid);
  std::unique_ptr<EngineProcess> process(new EngineProcess(pid, sockets[0], errors[0], std::move(mark), slot));
  process->error_reader_ = std::thread(&EngineProcess::ReadErrors, process.get(), std::move(listener.on_line));
  process->message_reader_ = std::thread(&EngineProcess::ReadMessages, process.get(), std::move(listener));
  return process;
}

EngineProcess::EngineProcess(pid_t pid, int socket, int errors, std::unique_ptr<wire::MappedTaskMark> mark, int slot)
    : pid_(pid),
      slot_(slot),
      socket_(socket),
      errors_(errors),
      mark_(std::move(mark)),
      oom_kills_(OutOfMemoryKills()),
      oom_kills_before_(oom_kills_) {
  socket_.SetSendTimeout(kSendTimeout);
}

EngineProcess::~EngineProcess() {
  if (!reaped_) {
    Kill();
    Wait(absl::ZeroDuration());
  }
  socket_.Shutdown();
  message_reader_.join();
  close(errors_);
}

void EngineProcess::Kill() {
  if (!reaped_) kill(pid_, SIGKILL);
}

void EngineProcess::NoteOutOfMemoryKills() { oom_kills_before_ = std::exchange(oom_kills_, OutOfMemoryKills()); }

ExitReason EngineProcess::Wait(absl::Duration patience) {
  int status = 0;
  bool reaped = IsReaped(pid_, patience, &status);
  if (!reaped) {
    kill(pid_, SIGKILL);
    status = SIGKILL;
    reaped = IsReaped(pid_, kKillPatience, &status);
  }
  reaped_ = true;
  ended_ = true;
  if (reaped) {
    Engines().erase(pid_);
  } else {  // it hangs in the kernel: other slots' heartbeats must not
    spdlog::error("[slot {}] process {} does not end; it is left behind", slot_, pid_);
    std::thread([pid = pid_] { waitpid(pid, nullptr, 0); }).detach();
  }
  if (const int strays = wire::KillStrays(Engines()); strays > 0) {
    spdlog::info("[slot {}] {} processes that the engine's programs had left behind were ended", slot_, strays);
  }
  error_reader_.join();  // so that the tail is complete
  ExitReason reason;
  if (WIFSIGNALED(status)) reason.signal = WTERMSIG(status);
  if (WIFEXITED(status)) reason.exit_code = WEXITSTATUS(status);
  reason.out_of_memory_seen = OutOfMemoryKills() > oom_kills_before_;
  return reason;
}

void EngineProcess::ReadMessages(const Listener& listener) {
  std::vector<mote::engine::v1::EngineMessage> messages;
  for (;;) {
    const auto open = socket_.Receive(&messages.emplace_back());
    if (!open.ok() || !*open) {
      messages.pop_back();
      if (!messages.empty()) listener.on_messages(std::move(messages));
      return listener.on_closed(std::string(open.status().message()));
    }
    if (!socket_.HasMore()) listener.on_messages(std::exchange(messages, {}));
  }
}

// Keeps the tail and passes whole lines on to the log. Ends with the process, even
// when a grandchild still holds the pipe.
void EngineProcess::ReadErrors(const std::function<void(const std::string& line)>& on_line) {
  const auto pass_on = [&](const std::string& text) {
    spdlog::info("[slot {}] {}", slot_, text);
    if (on_line) on_line(text);
  };
  std::array<char, 4096> buffer;
  std::string line;
  for (;;) {
    pollfd polled{errors_, POLLIN, 0};
    const bool was_ended = ended_;
    if (poll(&polled, 1, was_ended ? 0 : 100) <= 0) {
      if (was_ended) break;
      continue;
    }
    const ssize_t n = read(errors_, buffer.data(), buffer.size());
    if (n <= 0) break;
    {
      const std::lock_guard<std::mutex> lock(tail_mutex_);
      tail_.append(buffer.data(), static_cast<size_t>(n));
      if (tail_.size() > kStderrTailBytes) tail_.erase(0, tail_.size() - kStderrTailBytes);
    }
    line.append(buffer.data(), static_cast<size_t>(n));
    for (;;) {
      const size_t end = std::min(line.find('\n'), line.size());
      if (end == line.size() && line.size() <= kLineBytesMax) break;  // not whole yet
      pass_on(line.substr(0, std::min(end, kLineBytesMax)));
      line.erase(0, end <= kLineBytesMax ? end + 1 : kLineBytesMax);
    }
  }
  if (!line.empty()) pass_on(line);
}

std::string EngineProcess::StderrTail() const {
  const std::lock_guard<std::mutex> lock(tail_mutex_);
  return tail_;
}

}  // namespace mote::worker
