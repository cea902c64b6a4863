// Where events become durable: the one thing that survives a crash of the
// coordinator, besides artifacts.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "coordinator/core/event.h"

namespace mote::coordinator {

// What a replay has to read: a snapshot, and the records after it. A record holds one
// event or several of one Append; those of a snapshot hold one.
struct JournalSize {
  int64_t snapshot_records = 0;
  int64_t snapshot_bytes = 0;
  int64_t tail_records = 0;
  int64_t tail_bytes = 0;

  int64_t records() const { return snapshot_records + tail_records; }
  bool operator==(const JournalSize&) const = default;
};

// Not thread-safe: one thread at a time.
class Journal {
 public:
  virtual ~Journal() = default;

  // Appends a batch, whole or not at all; durable when this returns OK.
  //
  // Any error is final: whether the batch is on disk is then unknown, so the
  // process must end (a failed fsync is never retried). Later calls fail alike.
  virtual absl::Status Append(const std::vector<Event>& events) = 0;

  // Calls `apply` with the events of up to `count` records from the `first` one (from 0) on,
  // in order: those of the snapshot, then those appended after it.
  //
  // Returns
  //   DataLoss  a record is missing, damaged, does not decode, or `apply` refused
  //             it: names its place and the file
  virtual absl::Status Replay(int64_t first, int64_t count, const std::function<absl::Status(const Event&)>& apply) = 0;

  // Puts `snapshot` in place of the first `count` records, whole or not at all; durable
  // when this returns OK. Errors as Append.
  virtual absl::Status Replace(int64_t count, const std::vector<Event>& snapshot) = 0;

  virtual JournalSize size() const = 0;

  // False: what is appended is lost with the process, so nothing that it names needs to
  // outlive it either.
  virtual bool durable() const { return true; }

  // All of it.
  absl::Status Replay(const std::function<absl::Status(const Event&)>& apply) {
    return Replay(0, size().records(), apply);
  }
};

}  // namespace mote::coordinator
