// The worker's directory: blobs that workers of a machine may share, and scratch
// space that each has alone.
//
//   <dir>/blobs/             the cache
//   <dir>/workers/<k>.lock   held by the process that uses workers/<k>/
//   <dir>/workers/<k>/       scratch, emptied at start and removed at the end; and
//                            partials/, what is kept for other workers
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace mote::worker {

class StoreDirectory {
 public:
  // Engines, and all that they start, have their scratch directory in this variable.
  static constexpr char kScratchVariable[] = "MOTE_SCRATCH";

  // Makes the directories and takes the first free number. Ends what programs of the
  // worker that had the number before have left running.
  //
  //   FailedPrecondition  not writable; names the path and the reason
  //   ResourceExhausted   too many workers share it
  static absl::StatusOr<std::unique_ptr<StoreDirectory>> Open(const std::string& dir);
  // Removes the scratch space and lets the lock go.
  ~StoreDirectory();
  StoreDirectory(const StoreDirectory&) = delete;
  StoreDirectory& operator=(const StoreDirectory&) = delete;

  const std::string& dir() const { return dir_; }
  std::string blobs() const { return dir_ + "/blobs"; }

  // Where the process keeps partials, on the file system of the blobs.
  std::string partials() const { return scratch_ + "/partials"; }

  // An empty directory for one slot's engine. Errors as Open's.
  absl::StatusOr<std::string> EmptyScratch(int slot) const;

 private:
  StoreDirectory(std::string dir, std::string scratch, int lock)
      : dir_(std::move(dir)), scratch_(std::move(scratch)), lock_(lock) {}

  const std::string dir_;
  const std::string scratch_;
  const int lock_;
};

}  // namespace mote::worker
