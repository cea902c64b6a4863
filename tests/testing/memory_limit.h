// A bound on the memory that a process may take from now on, kept by the kernel, which
// kills it beyond.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace mote::testing {

// A memory cgroup, of version 1 or 2. Its processes must be gone before it goes.
class MemoryLimit {
 public:
  // Unavailable: this is not root, or cgroups cannot be made here.
  static absl::StatusOr<std::unique_ptr<MemoryLimit>> Make(int64_t bytes);
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

  // What it has taken before does not count.
  absl::Status Add(pid_t process);

 private:
  explicit MemoryLimit(std::string folder) : folder_(std::move(folder)) {}

  const std::string folder_;
};

}  // namespace mote::testing
