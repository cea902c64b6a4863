// One page of all that a job yielded: reports with their pictures, one below the other, and
// where the other outputs lie.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/client.h"

namespace mote::client {

// Writes `folder`/index.html, beside what WriteOutput has written there; nothing where no
// output is a report, or where an output of this name has a page of its own. `title` is
// escaped.
//
// Returns the path; empty: nothing was written.
//   Unavailable  the disk refused, or the coordinator went away
absl::StatusOr<std::string> WriteIndexPage(Client& client, const std::string& title,
                                           const std::vector<v1::OutputStatus>& outputs, const std::string& folder);

}  // namespace mote::client
