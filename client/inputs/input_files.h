// Which files an input of a job is made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mote::client {

struct InputFiles {
  std::vector<std::string> paths;  // in this order; none: workers read a shared file
  // CSV's; '\0': another format. Later CSV files have the first one's header, which is
  // taken once.
  char delimiter = '\0';
};

// The files that a pattern (*, ?, [a-z]) fits, sorted by their bytes so that the order is
// the same everywhere; a path without such signs is itself. Empty: it fits none.
std::vector<std::string> ExpandPattern(const std::string& pattern);

bool IsPattern(std::string_view path);

}  // namespace mote::client
