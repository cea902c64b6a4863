#include "client/inputs/input_files.h"

#include <glob.h>

#include <algorithm>
#include <filesystem>

namespace mote::client {

bool IsPattern(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

std::vector<std::string> ExpandPattern(const std::string& folder, const std::string& path) {
  namespace fs = std::filesystem;
  const auto in_folder = [&folder](const std::string& name) {
    return (fs::path(folder) / name).lexically_normal().string();
  };
  std::error_code none;
  // A file may be called like a pattern.
  if (!IsPattern(path) || fs::exists(in_folder(path), none)) return {in_folder(path)};
  std::string pattern;
  if (!fs::path(path).is_absolute() && !folder.empty()) {
    for (const char c : folder) {
      if (std::string_view("*?[\\").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
    pattern += '/';
  }
  pattern += path;
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
