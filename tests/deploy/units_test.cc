// deploy/systemd: units that start the programs with flags that they have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/deploy/programs.h"
#include "tests/testing/process.h"

namespace mote::deploy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The words of ExecStart=.
std::vector<std::string> Start(const std::string& unit) {
  const std::vector<std::string> lines = absl::StrSplit(absl::StrReplaceAll(unit, {{"\\\n", " "}}), '\n');
  for (const std::string& line : lines) {
    if (absl::StartsWith(line, "ExecStart=")) return absl::StrSplit(line.substr(10), ' ', absl::SkipEmpty());
  }
  return {};
}

TEST(Units, StartProgramsWithFlagsThatExist) {
  for (const std::string program : {"mote-coordinator", "mote-worker"}) {
    const std::string unit = testing::ReadFile("deploy/systemd/" + program + ".service");
    const std::vector<std::string> words = Start(unit);
    ASSERT_GE(words.size(), 3u) << program;
    EXPECT_EQ(words[0], "/usr/bin/" + program);
    EXPECT_THAT(UnknownFlags(program, words), IsEmpty());
  }
}

TEST(Units, EveryVariableHasADefault) {
  for (const std::string program : {"mote-coordinator", "mote-worker"}) {
    const std::string unit = testing::ReadFile("deploy/systemd/" + program + ".service");
    for (std::string word : Start(unit)) {
      if (!absl::StartsWith(word, "$")) continue;
      word = absl::StrReplaceAll(word, {{"$", ""}, {"{", ""}, {"}", ""}});
      EXPECT_THAT(unit, HasSubstr("\nEnvironment=" + word + "=")) << program;
    }
  }
}

}  // namespace
}  // namespace mote::deploy
