// Looks for damage in the write-ahead log of a SQLite file before SQLite opens it.
//
// SQLite takes the first frame that does not fit for the torn end of the last
// transaction and drops everything behind it, without a word. Behind a flipped bit,
// that is transactions which were durable. They still lie there: each frame carries
// the log's salts, and its checksum continues that of the frame before it. A
// transaction is written only after the one before it was flushed; so a frame that
// fits and belongs to a later transaction proves that the one that does not fit was
// durable once.
//
// Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace mote::coordinator {

struct WalScan {
  int64_t frames = 0;  // that fit, from the start on
  // Where SQLite stops reading, when bytes of this log's salts lie there: a torn last
  // transaction, or damage in it. -1: the log ends where its last frame ends.
  int64_t torn_at = -1;
};

// Reads the write-ahead log once. A missing or empty one has no frames.
//
// Returns
//   DataLoss  a frame or the header does not fit although later transactions do:
//             names the frame and its offset in bytes
absl::StatusOr<WalScan> ScanWal(const std::string& path);

}  // namespace mote::coordinator
