// Keeps recovery short: puts a snapshot in place of the beginning of the journal, a
// slice of work at a time, between two commits.
//
// The snapshot is made of what the journal says, not of the live state: a second core
// replays it from the disk. So a snapshot cannot hold what was never journalled, and
// what it replaces was read back and found good. Records that are appended meanwhile
// stay behind it. docs/adr/0009 says why.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/core/core.h"
#include "coordinator/journal/journal.h"

namespace mote::coordinator {

// Not thread-safe: used by the thread that appends to the journal.
class Snapshotter {
 public:
  struct Options {
    // A snapshot is due when so much was appended since the last one, and at least as
    // many bytes as that one has: all snapshots together cost less than the records.
    int64_t tail_records_min = 20'000;
    int64_t tail_bytes_min = 16 << 20;
    // Replayed at a time, of at most about a hundred events each: what a commit may have to
    // wait for.
    int64_t slice_records = 10;
  };

  // `planners` and `journal` outlive it.
  Snapshotter(Options options, CoreOptions core_options, const PlannerTable& planners, Journal& journal);

  // True while a snapshot is due or being made.
  bool busy() const;

  // Does one slice; nothing unless busy. Errors as Journal::Replay and Replace: what is
  // on disk cannot be relied on, and the process must end.
  absl::Status Work(absl::Time now);

 private:
  bool due() const;

  const Options options_;
  const CoreOptions core_options_;
  const PlannerTable& planners_;
  Journal& journal_;
  std::unique_ptr<Core> replica_;  // nullptr: no snapshot is being made
  int64_t replayed_ = 0;           // records that the replica has seen
  int64_t until_ = 0;              // records that the snapshot will stand for
};

}  // namespace mote::coordinator
