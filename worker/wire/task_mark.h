// Which task an engine is running, in memory that it shares with its supervisor:
// still readable after the engine died, so that the guilty task is known.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace mote::wire {

// Written by the engine's compute thread before each task, read by the supervisor.
struct TaskMark {
  std::atomic<uint64_t> lease;  // BlockOrder's; 0: idle
  std::atomic<int64_t> task;
  std::atomic<int64_t> started_ns;  // MonotonicNanoseconds()
};
static_assert(std::atomic<int64_t>::is_always_lock_free);

// A TaskMark in a mapped file. Thread-safe as far as TaskMark's atomics are.
class MappedTaskMark {
 public:
  // Creates the file where it is missing.
  // Unavailable: the file cannot be created or mapped; names the path.
  static absl::StatusOr<std::unique_ptr<MappedTaskMark>> Open(const std::string& path);
  ~MappedTaskMark();
  MappedTaskMark(const MappedTaskMark&) = delete;
  MappedTaskMark& operator=(const MappedTaskMark&) = delete;

  TaskMark& mark() const { return *mark_; }

 private:
  explicit MappedTaskMark(TaskMark* mark) : mark_(mark) {}
  TaskMark* mark_;
};

}  // namespace mote::wire
