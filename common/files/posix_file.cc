#include "common/files/posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote {
namespace {

absl::Status ErrorOf(int error, std::string_view what, const std::string& path) {
  // The stock mapping calls a full disk UNAVAILABLE, which would invite a retry at once.
  const absl::StatusCode code =
      error == ENOSPC || error == EDQUOT ? absl::StatusCode::kResourceExhausted : absl::ErrnoToStatusCode(error);
  return absl::Status(code, absl::StrCat(std::string(what), " \"", path, "\": ", std::strerror(error)));
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void FileDescriptor::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

absl::Status FileError(std::string_view what, const std::string& path) { return ErrorOf(errno, what, path); }

absl::Status MakeDirectories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return ErrorOf(error.value(), "making directory", path);
  return absl::OkStatus();
}

absl::StatusOr<FileDescriptor> OpenFile(const std::string& path, int flags, int mode) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return FileError("opening", path);
  return FileDescriptor(fd);
}

absl::Status WriteAll(const FileDescriptor& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError("writing", path);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status ReplaceFile(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".new";
  {
    MOTE_ASSIGN_OR_RETURN(const FileDescriptor file, OpenFile(temporary, O_WRONLY | O_CREAT | O_TRUNC));
    MOTE_RETURN_IF_ERROR(WriteAll(file, bytes, temporary));
    if (::fsync(file.get()) != 0) return FileError("flushing", temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return FileError("renaming", temporary);
  return SyncPath(std::filesystem::path(path).parent_path().string());
}

absl::Status SyncPath(const std::string& path) {
  MOTE_ASSIGN_OR_RETURN(const FileDescriptor file, OpenFile(path, O_RDONLY));
  if (::fsync(file.get()) != 0) return FileError("flushing", path);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> FreeBytes(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return FileError("measuring the free space of", path);
  return static_cast<int64_t>(info.f_bavail) * static_cast<int64_t>(info.f_frsize);
}

}  // namespace mote
