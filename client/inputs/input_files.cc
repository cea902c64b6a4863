#include "client/inputs/input_files.h"

#include <glob.h>

#include <algorithm>

namespace mote::client {

bool IsPattern(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

std::vector<std::string> ExpandPattern(const std::string& pattern) {
  if (!IsPattern(pattern)) return {pattern};
  glob_t found{};
  std::vector<std::string> paths;
  // Sorted below: glob sorts as the locale does.
  if (glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace mote::client
