// A file's bytes as they were before it was packed.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace mote::client {

// Whether its name says that it is packed: it ends with .gz or .zst.
bool IsPacked(const std::string& path);

// Not thread-safe.
class PackedFile {
 public:
  // gzip (.gz; several members count as one) and Zstandard (.zst; several frames likewise)
  // are unpacked, any other file is read as it is.
  //
  //   NotFound, InvalidArgument  no such file, not a regular one, or one that cannot be read
  static absl::StatusOr<std::unique_ptr<PackedFile>> Open(const std::string& path);

  virtual ~PackedFile() = default;

  // At most `most` bytes more; fewer may come before the end, none at the end.
  //
  //   InvalidArgument  not packed as its name says, damaged, or it ends early; says where
  virtual absl::StatusOr<std::string> Read(size_t most) = 0;
};

}  // namespace mote::client
