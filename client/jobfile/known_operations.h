// Operations of this version, to tell a misspelt field from an operation that a newer
// coordinator has. The coordinator's own list (ListOperations) has the last word.
#pragma once

#include <string>
#include <vector>

namespace mote::client {

// All that a job file may name, and no others.
const std::vector<std::string>& KnownOperations();

}  // namespace mote::client
