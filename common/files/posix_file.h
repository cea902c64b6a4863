// The few file operations that durability needs, with errors that name the path.
//
// Errors: ResourceExhausted when the disk is full, NotFound, PermissionDenied and
// so on as errno says; the message is "what path: reason".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mote {

// Owns a file descriptor. Not thread-safe.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { Close(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  void Close();

 private:
  int fd_ = -1;
};

// "`what` \"`path`\": `reason of errno`". Call it before anything changes errno.
absl::Status FileError(std::string_view what, const std::string& path);

// Makes a directory and its parents; fine when it is there already.
absl::Status MakeDirectories(const std::string& path);

// open(2) with O_CLOEXEC, restarted after signals.
absl::StatusOr<FileDescriptor> OpenFile(const std::string& path, int flags, int mode = 0644);

// Writes all bytes.
absl::Status WriteAll(const FileDescriptor& file, std::string_view bytes, const std::string& path);

// Makes a file hold these bytes, durably: whoever reads it sees the old ones or the
// new ones, also after a crash.
absl::Status ReplaceFile(const std::string& path, std::string_view bytes);

// Flushes a file, or a directory's entries, to the disk.
absl::Status SyncPath(const std::string& path);

// Bytes that an unprivileged process may still write to the file system of `path`.
absl::StatusOr<int64_t> FreeBytes(const std::string& path);

}  // namespace mote
