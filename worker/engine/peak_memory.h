// The most memory that this process had resident at once, since a moment.
#pragma once

#include <cstdint>

namespace mote::engine {

// Not thread-safe; one for a process, since the kernel keeps one mark. What it counts is
// the kernel's VmHWM: mapped files that were read too, programs that were started not.
class PeakMemory {
 public:
  PeakMemory();
  ~PeakMemory();
  PeakMemory(const PeakMemory&) = delete;
  PeakMemory& operator=(const PeakMemory&) = delete;

  // Begins anew: half a microsecond. Where the kernel does not know how to, it goes on from
  // the process's start.
  void Reset();

  // Bytes; 0: not known. Some seven microseconds, so not for every short block.
  int64_t Read() const;

 private:
  int clear_ = -1;   // /proc/self/clear_refs
  int status_ = -1;  // /proc/self/status
};

}  // namespace mote::engine
