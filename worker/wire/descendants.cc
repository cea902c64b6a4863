#include "worker/wire/descendants.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace mote::wire {
namespace {

std::atomic<bool> adopts_orphans = false;

// The parent as /proc tells it; 0: the process is gone.
pid_t ParentOf(const std::filesystem::path& process) {
  std::ifstream in(process / "stat");
  std::string text;
  std::getline(in, text);
  // "pid (name) state ppid …": the name may hold spaces and brackets.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 4 >= text.size()) return 0;
  return static_cast<pid_t>(std::strtol(text.c_str() + name_end + 4, nullptr, 10));
}

// As it was when the process began; empty: gone, or another user's.
std::string EnvironmentOf(const std::filesystem::path& process) {
  std::ifstream in(process / "environ", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<pid_t> ProcessesWhere(const std::function<bool(const std::filesystem::path&)>& is_wanted) {
  std::vector<pid_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const pid_t pid = static_cast<pid_t>(std::strtol(it->path().filename().c_str(), nullptr, 10));
    if (pid > 0 && pid != getpid() && is_wanted(it->path())) found.push_back(pid);
  }
  return found;
}

std::vector<pid_t> Children() {
  return ProcessesWhere([](const std::filesystem::path& process) { return ParentOf(process) == getpid(); });
}

}  // namespace

void AdoptOrphans() { adopts_orphans = prctl(PR_SET_CHILD_SUBREAPER, 1) == 0; }

int KillStrays(const std::set<pid_t>& kept) {
  if (!adopts_orphans) return 0;
  // Each round ends a generation; what forks faster than it is killed is left.
  constexpr int kRoundsMax = 20;
  int killed = 0;
  for (int round = 0; round < kRoundsMax; ++round) {
    std::vector<pid_t> strays = Children();
    std::erase_if(strays, [&](pid_t pid) { return kept.contains(pid); });
    if (strays.empty()) break;
    for (const pid_t pid : strays) kill(pid, SIGKILL);
    for (const pid_t pid : strays) killed += waitpid(pid, nullptr, 0) == pid;
  }
  return killed;
}

int KillMarked(const std::string& name, const std::string& prefix) {
  // Entries end with a zero byte; the first has none before it.
  const std::string mark = '\0' + name + '=' + prefix;
  const std::vector<pid_t> marked = ProcessesWhere([&](const std::filesystem::path& process) {
    return ('\0' + EnvironmentOf(process)).find(mark) != std::string::npos;
  });
  for (const pid_t pid : marked) kill(pid, SIGKILL);
  return static_cast<int>(marked.size());
}

}  // namespace mote::wire
