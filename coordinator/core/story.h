// What went wrong in a job so far, for people: `mote explain` tells it.
//
// Made by the events AttemptFailed alone, so replay tells the same story. Bounded: the
// last kStoryAttemptsMax failed attempts with shortened details, about 100 KiB a job.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/block.h"
#include "common/failure.h"
#include "common/ids.h"

namespace mote::coordinator {

inline constexpr size_t kStoryAttemptsMax = 32;

// One try of a block that ended without the block's result.
struct FailedAttempt {
  absl::Time time;
  int stage = 0;  // index into the job's stages, inputs first
  PassId pass;
  std::string label;     // of the pass
  TaskRange tasks;       // that were left without a result
  uint32_t attempt = 0;  // the how-manieth lease of the pass it was
  Failure failure;
  int pieces = 0;         // the tasks were pending again in so many blocks …
  absl::Time not_before;  // … from then on

  bool operator==(const FailedAttempt&) const = default;
};

// Not thread-safe.
class Story {
 public:
  // Forgets the oldest attempt when there are too many, and all but the last KiB of a
  // detail.
  void Add(FailedAttempt attempt);
  // Of a snapshot: `attempts` follow those that are there, `failed` is of all times.
  void Restore(const std::vector<FailedAttempt>& attempts, int64_t failed);

  // Oldest first.
  const std::vector<FailedAttempt>& attempts() const { return attempts_; }
  // Of all times, also those that are forgotten.
  int64_t failed() const { return failed_; }

 private:
  std::vector<FailedAttempt> attempts_;  // few: jobs without a failure have no memory here
  int64_t failed_ = 0;
};

}  // namespace mote::coordinator
