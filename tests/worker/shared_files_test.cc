#include "worker/engine/shared_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

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
  EXPECT_EQ(changed.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(changed.message()), HasSubstr("rows.csv\" changed while the job ran: it had 8 bytes"));
  EXPECT_THAT(std::string(changed.message()), HasSubstr("now it has 12 bytes"));
}

TEST_F(SharedFilesTest, AFileThatWasReplacedOrCutOffHasChanged) {
  const SharedFile file = *files_.Find(Path("shared/rows.csv"));
  Write("shared/new.csv", "a,b\n9,9\n");
  std::filesystem::last_write_time(Path("shared/new.csv"),
                                   std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  std::filesystem::rename(Path("shared/new.csv"), Path("shared/rows.csv"));
  EXPECT_EQ(files_.Read(file, 0, 8, &bytes_).code(), absl::StatusCode::kDataLoss);
  const SharedFile replaced = *files_.Find(Path("shared/rows.csv"));
  std::filesystem::resize_file(Path("shared/rows.csv"), 3);
  EXPECT_EQ(files_.Read(replaced, 0, 8, &bytes_).code(), absl::StatusCode::kDataLoss);
}

TEST_F(SharedFilesTest, NothingOutsideOfTheDirectoriesIsRead) {
  Write("private/key", "secret");
  std::filesystem::create_symlink(Path("private/key"), Path("shared/link"));
  std::filesystem::create_symlink(Path("private"), Path("shared/folder"));
  for (const char* name : {"private/key", "private/missing", "shared/../private/key", "shared/link",
                           "shared/folder/key", "shared/folder/missing"}) {
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

TEST_F(SharedFilesTest, APathThatComesToLeadOutsideIsNotReadAnyMore) {
  Write("private/rows.csv", "a,b\n1,2\n");
  std::filesystem::create_directories(Path("shared/month"));
  Write("shared/month/rows.csv", "a,b\n1,2\n");
  const SharedFile file = *files_.Find(Path("shared/month/rows.csv"));
  std::filesystem::rename(Path("shared/month"), Path("shared/last"));
  std::filesystem::create_symlink(Path("private"), Path("shared/month"));
  const absl::Status refused = files_.Read(file, 0, 8, &bytes_);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--shared-dir"));
}

TEST_F(SharedFilesTest, APipeIsNoFileAndNobodyWaitsForItsOtherEnd) {
  ASSERT_EQ(mkfifo(Path("shared/pipe").c_str(), 0600), 0);
  const absl::Status refused = files_.Find(Path("shared/pipe")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("it is no file"));
}

}  // namespace
}  // namespace mote::engine
