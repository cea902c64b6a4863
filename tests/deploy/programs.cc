#include "tests/deploy/programs.h"

#include <algorithm>
#include <filesystem>
#include <regex>

#include "absl/strings/match.h"
#include "tests/testing/process.h"

namespace mote::deploy {

std::set<std::string> FlagsOf(const std::string& program) {
  const std::string path = std::string(MOTE_BIN_DIR) + "/" + program;
  if (!std::filesystem::exists(path)) return {};
  const std::string dir = testing::MakeTempDir();
  const std::string help = testing::Run({path, "--help"}, dir).out;
  std::filesystem::remove_all(dir);
  static const std::regex kFlag(R"((?:^|[\s,])(--[a-z][a-z-]*))");
  std::set<std::string> flags;
  for (std::sregex_iterator it(help.begin(), help.end(), kFlag), end; it != end; ++it) flags.insert((*it)[1]);
  return flags;
}

std::vector<std::string> UnknownFlags(const std::string& program, const std::vector<std::string>& arguments) {
  const std::set<std::string> known = FlagsOf(program);
  std::vector<std::string> unknown;
  for (const std::string& argument : arguments) {
    if (absl::StartsWith(argument, "--") && !known.contains(argument)) unknown.push_back(argument);
  }
  return unknown;
}

std::string ValueOf(const std::vector<std::string>& arguments, const std::string& flag) {
  const auto found = std::find(arguments.begin(), arguments.end(), flag);
  return found == arguments.end() || found + 1 == arguments.end() ? "" : *(found + 1);
}

}  // namespace mote::deploy
