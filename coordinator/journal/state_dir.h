// A coordinator's state directory, held by one process at a time:
//
//   lock             locked with flock(2) while held; the holder's pid as text
//   journal.sqlite   the journal; beside it its -wal (SQLite's) and its -mark (the
//                    record that was acknowledged last)
//   epoch            the last epoch, with --journal none only
//   artifacts/       blobs
//   ledger/          what attempts cost
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/files/posix_file.h"

namespace mote::coordinator {

// Releases the directory when destroyed. Not thread-safe.
class StateDir {
 public:
  // Makes the directory when it is missing, and takes it.
  //
  // FailedPrecondition: another coordinator holds it; names it, its pid and the remedy.
  static absl::StatusOr<StateDir> Open(const std::string& path);

  const std::string& path() const { return path_; }
  std::string journal_path() const { return path_ + "/journal.sqlite"; }
  std::string epoch_path() const { return path_ + "/epoch"; }
  std::string artifacts_path() const { return path_ + "/artifacts"; }
  std::string ledger_path() const { return path_ + "/ledger"; }

 private:
  StateDir(std::string path, FileDescriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  FileDescriptor lock_;
};

}  // namespace mote::coordinator
