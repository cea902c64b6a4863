#include "common/files/file_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "common/files/posix_file.h"
#include "common/status_macros.h"

namespace mote {
namespace {

absl::StatusOr<size_t> SizeOf(const FileDescriptor& file, const std::string& path) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return FileError("reading", path);
  return static_cast<size_t>(info.st_size);
}

}  // namespace

std::shared_ptr<const FileBytes> FileBytes::Mapped(const void* address, size_t size) {
  return std::shared_ptr<const FileBytes>(new FileBytes(static_cast<const char*>(address), size, nullptr));
}

std::shared_ptr<const FileBytes> FileBytes::Read(std::unique_ptr<char[]> bytes, size_t size) {
  const char* const address = bytes.get();
  return std::shared_ptr<const FileBytes>(new FileBytes(address, size, std::move(bytes)));
}

FileBytes::~FileBytes() {
  if (own_ == nullptr && address_ != nullptr) ::munmap(const_cast<char*>(address_), size_);
}

absl::StatusOr<std::shared_ptr<const FileBytes>> MapFile(const std::string& path) {
  MOTE_ASSIGN_OR_RETURN(const FileDescriptor file, OpenFile(path, O_RDONLY));
  MOTE_ASSIGN_OR_RETURN(const size_t size, SizeOf(file, path));
  if (size == 0) return FileBytes::Mapped(nullptr, 0);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (address == MAP_FAILED) return FileError("mapping", path);
  return FileBytes::Mapped(address, size);
}

absl::StatusOr<std::shared_ptr<const FileBytes>> ReadWholeFile(const std::string& path) {
  MOTE_ASSIGN_OR_RETURN(const FileDescriptor file, OpenFile(path, O_RDONLY));
  MOTE_ASSIGN_OR_RETURN(const size_t size, SizeOf(file, path));
  std::unique_ptr<char[]> bytes(new char[size]);  // not zeroed: all of it is read
  size_t read = 0;
  while (read < size) {
    const ssize_t n = ::read(file.get(), bytes.get() + read, size - read);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return FileError("reading", path);
    if (n == 0) break;  // cut meanwhile
    read += static_cast<size_t>(n);
  }
  return FileBytes::Read(std::move(bytes), read);
}

}  // namespace mote
