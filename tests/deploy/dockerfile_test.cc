// deploy/Dockerfile against the tree: what can be known without building the image
// (deploy/test_image builds it). Tests run in the root.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/testing/process.h"

namespace mote::deploy {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// The instructions, continued lines joined, comments left out.
std::vector<std::string> Instructions() {
  std::vector<std::string> instructions;
  bool continued = false;
  const std::vector<std::string> lines = absl::StrSplit(testing::ReadFile("deploy/Dockerfile"), '\n');
  for (std::string line : lines) {
    if (line.empty() || absl::StartsWith(line, "#")) continue;
    const bool more = absl::EndsWith(line, "\\");
    if (more) line.pop_back();
    if (!continued) instructions.emplace_back();
    instructions.back() += line;
    continued = more;
  }
  return instructions;
}

std::vector<std::string> WordsOf(const std::string& instruction) {
  return absl::StrSplit(instruction, absl::ByAnyChar(" \t"), absl::SkipEmpty());
}

// What `./dev build` makes in the image.
std::vector<std::string> BuiltTargets() {
  for (const std::string& instruction : Instructions()) {
    const std::vector<std::string> words = WordsOf(instruction);
    if (words.size() > 3 && words[0] == "RUN" && words[1] == "./dev" && words[2] == "build") {
      return {words.begin() + 3, words.end()};
    }
  }
  return {};
}

TEST(Dockerfile, CopiesWhatTheTreeHasOrTheBuildMakes) {
  const std::vector<std::string> targets = BuiltTargets();
  int copies = 0;
  for (const std::string& instruction : Instructions()) {
    std::vector<std::string> words = WordsOf(instruction);
    if (words[0] != "COPY") continue;
    const bool from_build = absl::StartsWith(words[1], "--from=");
    for (size_t i = from_build ? 2 : 1; i + 1 < words.size(); ++i, ++copies) {
      if (!from_build) {
        EXPECT_TRUE(std::filesystem::exists(words[i])) << words[i];
        continue;
      }
      ASSERT_THAT(words[i], HasSubstr("/src/build/bin/"));
      std::string name = std::filesystem::path(words[i]).filename();
      if (absl::StartsWith(name, "lib")) name = name.substr(3, name.find('.') - 3);
      EXPECT_THAT(targets, Contains(name)) << "is copied but not built";
    }
  }
  EXPECT_GE(copies, 6);
}

TEST(Dockerfile, BuildsTheTargetsThatTheDemoNeeds) {
  const std::string dev = testing::ReadFile("dev");
  std::smatch match;
  ASSERT_TRUE(std::regex_search(dev, match, std::regex(R"(DEMO_TARGETS=\(([^)]*)\))")));
  EXPECT_EQ(absl::StrJoin(BuiltTargets(), " "), match[1].str());
}

TEST(Dockerfile, RunsVerbsThatDevHas) {
  const std::string dev = testing::ReadFile("dev");
  for (const std::string& instruction : Instructions()) {
    const std::vector<std::string> words = WordsOf(instruction);
    if (words[0] != "RUN" || words[1] != "./dev") continue;
    EXPECT_THAT(dev, HasSubstr("\nverb_" + words.at(2) + "()"));
  }
}

TEST(Dockerfile, LeavesBuildTreesAndHistoryOut) {
  const std::vector<std::string> ignored = absl::StrSplit(testing::ReadFile(".dockerignore"), '\n');
  EXPECT_THAT(ignored, Contains("build"));
  EXPECT_THAT(ignored, Contains(".git"));
  EXPECT_THAT(ignored, Not(Contains("dev")));
}

}  // namespace
}  // namespace mote::deploy
