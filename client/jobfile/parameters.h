// `params:` of a job file, `--set name=value`, and `$name` where they are used.
#pragma once

#include <string>
#include <vector>

#include "client/jobfile/node.h"

namespace mote::client {

// Replaces every scalar `$name` below `root` (a whole job file) by the parameter's
// value; `$$x` stands for the text `$x`. A `--set` overrides the value of `params:`
// and is read as YAML: --set lr=0.1, --set 'hidden=[64, 32]'.
//
// Reported to `problems`: a `$name` or --set name that `params:` does not declare, a
// --set that is not name=value. The replaced value stands where `$name` stood.
void SubstituteParameters(const std::vector<std::string>& sets, Node* root, Problems* problems);

}  // namespace mote::client
