// Reads every C++ file of the repository. Tests run in its root.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/tidy/rules.h"

namespace mote::tidy {
namespace {

std::vector<std::string> SourceFiles() {
  std::vector<std::string> files;
  for (const char* folder : {"common", "proto", "coordinator", "worker", "client", "examples", "bench", "tests"}) {
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string extension = entry.path().extension();
      if (entry.is_regular_file() && (extension == ".h" || extension == ".cc")) files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string TextOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Sources, AreFound) {
  // A wrong working directory must not pass as a clean house.
  EXPECT_GE(SourceFiles().size(), 50u) << "run this test in the root of the repository";
}

TEST(Sources, KeepTheRulesOfTheHouse) {
  for (const std::string& path : SourceFiles()) {
    for (const Finding& finding : Check(path, TextOf(path))) ADD_FAILURE() << finding.ToString();
  }
}

}  // namespace
}  // namespace mote::tidy
