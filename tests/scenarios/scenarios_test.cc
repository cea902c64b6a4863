// Every transcript of this folder says what happens, command by command:
//
//   # what it shows
//   submit sum tasks=4
//   ----
//   JobSubmitted job 1 "sum"
//   > client: job 1
//
// `scenarios_test --update` writes what happens now; review the difference.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/scenarios/script.h"

namespace mote::scenarios {

bool update = false;

namespace {

std::vector<std::filesystem::path> Transcripts() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator("tests/scenarios")) {
    const bool transcript = entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt";
    if (transcript) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The transcript with what happens now in place of what it says.
std::string Replay(const std::string& text) {
  Script script;
  std::string replayed;
  bool in_answer = false;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (const std::string& line : lines) {
    if (line == "----") continue;
    if (line.empty()) in_answer = false;
    if (in_answer) continue;
    absl::StrAppend(&replayed, line, "\n");
    if (line.empty() || line[0] == '#') continue;
    const absl::StatusOr<std::string> happened = script.Run(line);
    absl::StrAppend(&replayed, "----\n", happened.ok() ? *happened : absl::StrCat(happened.status().ToString(), "\n"));
    in_answer = true;
  }
  while (replayed.size() > 1 && replayed.ends_with("\n\n")) replayed.pop_back();
  return replayed;
}

TEST(Scenarios, HappenAsTheirTranscriptsSay) {
  ASSERT_GE(Transcripts().size(), 12u) << "run this test in the root of the repository";
  for (const std::filesystem::path& path : Transcripts()) {
    const std::string text = Read(path);
    const std::string replayed = Replay(text);
    if (update) {
      std::ofstream(path, std::ios::binary) << replayed;
    } else {
      EXPECT_EQ(replayed, text) << path.string()
                                << "; if the new behaviour is meant: build/bin/scenarios_test --update";
    }
  }
}

TEST(Scenarios, UnknownCommandIsAnErrorThatNamesIt) {
  Script script;
  EXPECT_TRUE(script.Run("connect w1").ok());
  const auto answer = script.Run("dance w1");
  EXPECT_EQ(answer.status().message(), "\"dance\" is no command; script.h lists them");
  EXPECT_FALSE(script.Run("done w1 7").ok());
  EXPECT_FALSE(script.Run("heartbeat w9").ok());
}

}  // namespace
}  // namespace mote::scenarios

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) mote::scenarios::update |= std::string(argv[i]) == "--update";
  return RUN_ALL_TESTS();
}
