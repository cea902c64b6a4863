// Which files an input of a job is made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mote::client {

struct InputFiles {
  std::vector<std::string> paths;  // in this order; none: workers read a shared file
  // CSV's; '\0': another format. Later files of CSV and ARFF have the first one's header,
  // which is taken once.
  char delimiter = '\0';
  bool arff = false;
};

// The files that a pattern (*, ?, [a-z]) in `path` fits, sorted by their bytes so that the
// order is the same everywhere; a path without such signs, or of a file that is called so,
// is itself. Relative ones are in `folder`, which is no pattern. Empty: it fits none.
std::vector<std::string> ExpandPattern(const std::string& folder, const std::string& path);

bool IsPattern(std::string_view path);

}  // namespace mote::client
