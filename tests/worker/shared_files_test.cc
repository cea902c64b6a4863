#include "worker/engine/shared_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace mote::engine {
namespace {

using ::testing::HasSubstr;

// A directory that may be read, "shared", beside one that may not, "private".
class SharedFilesTest : public ::testing::Test {
 protected:
  SharedFilesTest() {
    std::filesystem::create_directories(dir_ + "/shared");
    std::filesystem::create_directories(dir_ + "/private");
    Write("shared/rows.csv", "a,b\n1,2\n");
  }
  ~SharedFilesTest() override { std::filesystem::remove_all(dir_); }

  static std::string MakeDir() {
    std::string dir = std::filesystem::temp_directory_path() / "mote-shared-XXXXXX";
    return mkdtemp(dir.data());
  }
  std::string Path(const std::string& name) const { return dir_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) const { std::ofstream(Path(name)) << text; }

  const std::string dir_ = MakeDir();
  SharedFiles files_{{dir_ + "/nowhere", dir_ + "/shared"}};
  std::string bytes_;
};

TEST_F(SharedFilesTest, RangesOfAFileAreRead) {
  const auto file = files_.Find(Path("shared/rows.csv"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->bytes, 8);
  ASSERT_TRUE(files_.Read(*file, 4, 3, &bytes_).ok());
  EXPECT_EQ(bytes_, "1,2");
  EXPECT_EQ(*SharedFile::Parse(file->ToString()), *file);
}

TEST_F(SharedFilesTest, AFileThatChangedIsNamedWithBothSizes) {
  const SharedFile file = *files_.Find(Path("shared/rows.csv"));
  ASSERT_TRUE(files_.Read(file, 0, 8, &bytes_).ok());
  Write("shared/rows.csv", "a,b\n1,2\n3,4\n");
  const absl::Status changed = files_.Read(file, 0, 8, &bytes_);
  EXPECT_EQ(changed.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(changed.message()), HasSubstr("rows.csv\" changed while the job ran: it had 8 bytes"));
  EXPECT_THAT(std::string(changed.message()), HasSubstr("now it has 12 bytes"));
}

TEST_F(SharedFilesTest, AFileThatWasReplacedOrCutOffHasChanged) {
  const SharedFile file = *files_.Find(Path("shared/rows.csv"));
  Write("shared/new.csv", "a,b\n9,9\n");
  std::filesystem::last_write_time(Path("shared/new.csv"),
                                   std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  std::filesystem::rename(Path("shared/new.csv"), Path("shared/rows.csv"));
  EXPECT_EQ(files_.Read(file, 0, 8, &bytes_).code(), absl::StatusCode::kInvalidArgument);
  const SharedFile replaced = *files_.Find(Path("shared/rows.csv"));
  std::filesystem::resize_file(Path("shared/rows.csv"), 3);
  EXPECT_EQ(files_.Read(replaced, 0, 8, &bytes_).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(SharedFilesTest, NothingOutsideOfTheDirectoriesIsRead) {
  Write("private/key", "secret");
  std::filesystem::create_symlink(Path("private/key"), Path("shared/link"));
  for (const char* name : {"private/key", "shared/../private/key", "shared/link"}) {
    const absl::Status refused = files_.Find(Path(name)).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable) << name;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("--shared-dir")) << name;
  }
  std::filesystem::create_directories(Path("shared-not"));
  Write("shared-not/rows.csv", "x");
  EXPECT_FALSE(files_.Find(Path("shared-not/rows.csv")).ok()) << "a name that only begins alike";
  EXPECT_THAT(std::string(SharedFiles({}).Find(Path("shared/rows.csv")).status().message()), HasSubstr("it has none"));
}

TEST_F(SharedFilesTest, WhatIsMissingOrNoFileIsNamedAndMayBeElsewhere) {
  for (const char* name : {"shared/missing.csv", "shared"}) {
    const absl::Status missing = files_.Find(Path(name)).status();
    EXPECT_EQ(missing.code(), absl::StatusCode::kUnavailable) << name;
    EXPECT_THAT(std::string(missing.message()), HasSubstr("the same path on every worker")) << name;
  }
}

}  // namespace
}  // namespace mote::engine
