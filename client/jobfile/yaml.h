// YAML (and so JSON) text as a tree of nodes.
#pragma once

#include <optional>
#include <string_view>

#include "client/jobfile/node.h"

namespace mote::client {

// A job file has at most so many bytes, and so many nodes once aliases are copied.
inline constexpr size_t kJobFileBytesMax = 4 << 20;
inline constexpr int kNodesMax = 200'000;

// Parses one document; an empty text is a null node. Reported to `problems`: not YAML,
// a key that stands twice in one map (the first counts), a key that is no text, a
// second document, a tag, an alias bomb.
//
// nullopt: there is no tree to go on with.
std::optional<Node> ParseYaml(std::string_view text, Problems* problems);

}  // namespace mote::client
