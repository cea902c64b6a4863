// How published bundles are named in job files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mote {

// What a job file writes: "credit/model:3", or the newest as "credit/model" or
// "credit/model:latest".
struct BundleReference {
  std::string name;
  int64_t version = 0;  // 0: the newest

  // Whether a text means a bundle, rightly written or not: it has a '/' or a ':'.
  static bool Is(std::string_view text);
  // nullopt: no name of a bundle, or no version.
  static std::optional<BundleReference> Parse(std::string_view text);
};

// Lower-case letters, digits, '-' and '_' in parts between '/', at most 128 bytes; not empty.
bool IsBundleName(std::string_view name);

}  // namespace mote
