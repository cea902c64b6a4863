// YAML (and so JSON) text as a tree of nodes.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "client/jobfile/node.h"

namespace mote::client {

// A job file has at most so many bytes, and so many nodes once aliases are copied.
inline constexpr size_t kJobFileBytesMax = 4 << 20;
inline constexpr int kNodesMax = 200'000;

// Parses one document. `file` names it in messages.
//
// InvalidArgument, each as "FILE:LINE:COLUMN: what": not YAML, a key that stands
// twice in one map, a key that is no text, a second document, a tag, an alias bomb.
absl::StatusOr<Node> ParseYaml(std::string_view text, const std::string& file);

}  // namespace mote::client
