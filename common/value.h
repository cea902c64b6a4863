// A value that travels with a message when it is small and by reference when not.
#pragma once

#include <optional>
#include <string>

#include "common/artifact.h"

namespace mote {

// Values and partials up to this size travel and are journalled inline.
inline constexpr int64_t kInlineBytesMax = 64 << 10;

struct Value {
  std::string bytes;  // used when `artifact` is empty
  std::optional<ArtifactRef> artifact;

  bool operator==(const Value&) const = default;
};

}  // namespace mote
