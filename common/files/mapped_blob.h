#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mote {

// A blob's bytes, mapped read-only for as long as the object lives (the file may
// be removed meanwhile). Thread-safe.
class MappedBlob {
 public:
  MappedBlob(const void* address, size_t size) : address_(address), size_(size) {}
  ~MappedBlob();
  MappedBlob(const MappedBlob&) = delete;
  MappedBlob& operator=(const MappedBlob&) = delete;

  std::string_view bytes() const { return {static_cast<const char*>(address_), size_}; }

 private:
  const void* address_;  // nullptr for an empty blob, which cannot be mapped
  size_t size_;
};

// Maps a whole file. Errors: as errno says, naming the path.
absl::StatusOr<std::shared_ptr<const MappedBlob>> MapFile(const std::string& path);

}  // namespace mote
