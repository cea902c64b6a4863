// Where events become durable: the one thing that survives a crash of the
// coordinator, besides artifacts.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/core/event.h"

namespace mote::coordinator {

// Not thread-safe: one thread at a time.
class Journal {
 public:
  virtual ~Journal() = default;

  // Appends a batch, whole or not at all; durable when this returns OK.
  //
  // Any error is final: whether the batch is on disk is then unknown, so the
  // process must end (a failed fsync is never retried). Later calls fail alike.
  virtual absl::Status Append(const std::vector<Event>& events) = 0;

  // Calls `apply` with every event ever appended, in order; before the first Append.
  //
  // Returns
  //   DataLoss  a record is missing, damaged, does not decode, or `apply` refused
  //             it: names the record's sequence number and the file
  virtual absl::Status Replay(const std::function<absl::Status(const Event&)>& apply) = 0;
};

}  // namespace mote::coordinator
