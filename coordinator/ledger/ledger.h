// The ledger: what every attempt at a block cost, on disk, for people to read.
//
//   <dir>/<number>.ledger         a segment; the last one is written
//   <dir>/<number>.ledger.jobs    the least and the most of its jobs' ids, once it is full
//
// A segment is a sequence of frames: length (u32), job (u64), a mote.v1.LedgerEntry.
// Nothing is flushed: after a power failure the last seconds may be missing, after a
// crash of the process nothing is. Beyond `bytes_max` the oldest segments go.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/files/posix_file.h"
#include "common/ids.h"
#include "coordinator/core/ledger_entry.h"
#include "coordinator/ledger/ledger_reader.h"

namespace mote::coordinator {

// Thread-safe.
class Ledger {
 public:
  struct Options {
    int64_t bytes_max = int64_t{4} << 30;
    int64_t segment_bytes = 64 << 20;
  };

  // What a crash cut off at the end is removed.
  //
  // Errors: as errno says, naming the path.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(const std::string& dir, Options options);

  // Adds entries, all or none. Errors: as errno says, naming the path.
  absl::Status Append(std::vector<LedgerEntry> entries);

  // Those of the job that are there now, oldest first.
  LedgerReader Read(JobId job) const;

 private:
  Ledger(std::string dir, Options options) : dir_(std::move(dir)), options_(options) {}
  absl::Status Recover();
  absl::Status AddSegment(uint64_t number);
  absl::Status OpenSegment();
  absl::Status CloseSegment();
  absl::Status RemoveOldest();
  static absl::Status Close(LedgerSegment* segment);

  const std::string dir_;
  const Options options_;
  mutable std::mutex mutex_;
  std::deque<LedgerSegment> segments_;  // guarded by mutex_, as all below; oldest first
  FileDescriptor file_;                 // of the last one
  uint64_t next_number_ = 1;
  int64_t bytes_ = 0;
};

}  // namespace mote::coordinator
