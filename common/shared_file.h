// A file that is not copied into a store: it lies at a path that every worker sees.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mote {

// Pinned: as it was when the job first looked at it. A file of another size or time of
// modification is another one.
struct SharedFile {
  std::string path;  // absolute
  int64_t bytes = 0;
  int64_t modified_ns = 0;  // since the epoch

  // "shared:<bytes>:<modified_ns>:<path>"
  std::string ToString() const;
  // InvalidArgument: not such a text.
  static absl::StatusOr<SharedFile> Parse(std::string_view text);

  bool operator==(const SharedFile&) const = default;
};

}  // namespace mote
