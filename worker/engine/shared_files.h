// Files at paths that every worker sees: a network file system, or the disk of the only
// machine.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/files/posix_file.h"
#include "common/shared_file.h"

namespace mote::engine {

// Reads what lies in the given directories, and nothing else: a path is the job's, the
// rights are the worker's. Not thread-safe.
class SharedFiles {
 public:
  // As mote-worker's --shared-dir; none: nothing is read.
  explicit SharedFiles(std::vector<std::string> dirs) : dirs_(std::move(dirs)) {}

  // As BlobSource::FindShared and ReadShared.
  absl::StatusOr<SharedFile> Find(const std::string& path);
  absl::Status Read(const SharedFile& file, int64_t offset, int64_t length, std::string* bytes);

 private:
  struct Opened {
    std::string path;
    FileDescriptor file;
  };

  bool IsAllowed(const std::filesystem::path& real) const;
  absl::Status NotAllowed(const std::string& path) const;
  absl::StatusOr<SharedFile> Look(const std::string& path);
  absl::Status Open(const std::string& path);

  const std::vector<std::string> dirs_;
  std::optional<Opened> opened_;  // the file read last
};

}  // namespace mote::engine
