#include "tests/testing/memory_limit.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::testing {
namespace {

absl::Status Write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  if (file.good()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", text, " to ", path, ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MemoryLimit>> MemoryLimit::Make(int64_t bytes) {
  const std::string name = absl::StrCat("/mote-test-", getpid());
  for (const auto& [root, file] :
       {std::pair("/sys/fs/cgroup/memory", "/memory.limit_in_bytes"), std::pair("/sys/fs/cgroup", "/memory.max")}) {
    const std::string folder = root + name;
    std::error_code error;
    if (!std::filesystem::create_directory(folder, error)) continue;
    std::unique_ptr<MemoryLimit> limit(new MemoryLimit(folder));
    if (std::filesystem::exists(folder + file, error) && Write(folder + file, absl::StrCat(bytes)).ok()) return limit;
  }
  return absl::UnavailableError("no memory cgroup can be made here");
}

MemoryLimit::~MemoryLimit() { rmdir(folder_.c_str()); }

absl::Status MemoryLimit::Add(pid_t process) { return Write(folder_ + "/cgroup.procs", absl::StrCat(process)); }

}  // namespace mote::testing
