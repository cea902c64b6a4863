// The last lines that each slot's engines wrote, for `mote logs`.
//
// Bounded: of each slot the newest lines are kept, whatever others write; engines that
// end leave theirs to the next one. Gone with the worker's process: what its own log
// has, and the last lines that go with a failure, stay.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/log_line.h"

namespace mote::worker {

// Thread-safe.
class EngineLog {
 public:
  static constexpr size_t kSlotBytesMax = 256 << 10;
  // A chunk fits a control message.
  static constexpr size_t kChunkBytesMax = 128 << 10;

  explicit EngineLog(int slots, size_t slot_bytes_max = kSlotBytesMax);

  // Lines of this slot are the job's from now on.
  void SetJob(int slot, JobId job);
  void Add(int slot, std::string_view text, absl::Time now);

  // Lines of the job (0: of all) that come after line number `after`; all where no line
  // has that number yet.
  LogChunk Read(JobId job, int64_t after, size_t bytes_max = kChunkBytesMax) const;

 private:
  struct Slot {
    std::deque<LogLine> lines;
    size_t bytes = 0;
    JobId job;
    int64_t last_forgotten = 0;  // number of its newest line that is gone
  };

  const size_t slot_bytes_max_;
  mutable std::mutex mutex_;  // guards all below
  std::vector<Slot> slots_;
  int64_t last_ = 0;
};

}  // namespace mote::worker
