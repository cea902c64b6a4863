#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mote {

// A file's bytes for as long as the object lives (the file may be removed meanwhile):
// mapped, or read into memory. Thread-safe.
class FileBytes {
 public:
  static std::shared_ptr<const FileBytes> Mapped(const void* address, size_t size);
  static std::shared_ptr<const FileBytes> Read(std::unique_ptr<char[]> bytes, size_t size);
  ~FileBytes();
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  std::string_view bytes() const { return {address_, size_}; }

 private:
  FileBytes(const char* address, size_t size, std::unique_ptr<char[]> own)
      : address_(address), size_(size), own_(std::move(own)) {}

  const char* const address_;  // nullptr for an empty file, which cannot be mapped
  const size_t size_;
  const std::unique_ptr<char[]> own_;  // nullptr: mapped
};

// Maps a whole file. A disk that cannot give a byte of it ends the process (SIGBUS), so
// this is for engines, and for what would be too large to read. Errors: as errno says,
// naming the path.
absl::StatusOr<std::shared_ptr<const FileBytes>> MapFile(const std::string& path);

// Reads a whole file. Errors: as MapFile's, also for what the disk cannot give.
absl::StatusOr<std::shared_ptr<const FileBytes>> ReadWholeFile(const std::string& path);

}  // namespace mote
