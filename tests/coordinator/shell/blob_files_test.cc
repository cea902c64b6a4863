#include "common/files/blob_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/coordinator/shell/status_matchers.h"
#include "tests/coordinator/shell/temp_dir.h"

namespace mote::coordinator {
namespace {

std::unique_ptr<BlobFiles> OpenIn(const TempDir& dir) {
  absl::StatusOr<std::unique_ptr<BlobFiles>> files = BlobFiles::Open(dir.path());
  EXPECT_THAT(files, IsOk());
  return *std::move(files);
}

std::string Read(const BlobFiles& files, const Digest& digest) {
  const auto blob = files.Map(digest);
  EXPECT_THAT(blob, IsOk());
  return blob.ok() ? std::string((*blob)->bytes()) : std::string();
}

void Overwrite(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

TEST(BlobFiles, WhatIsWrittenLiesUnderItsDigestAndIsReadBack) {
  const TempDir dir;
  const auto files = OpenIn(dir);
  for (const std::string& bytes : {std::string("hello"), std::string(), std::string(5000, '\0')}) {
    const Digest digest = Sha256(bytes);
    ASSERT_THAT(files->Write(digest, bytes, bytes.size() > 10), IsOk());
    EXPECT_EQ(files->Path(digest), dir.path() + "/" + digest.Hex().substr(0, 2) + "/" + digest.Hex());
    EXPECT_TRUE(std::filesystem::exists(files->Path(digest)));
    EXPECT_TRUE(files->Has(digest));
    EXPECT_EQ(Read(*files, digest), bytes);
    EXPECT_EQ(*files->Size(digest), static_cast<int64_t>(bytes.size()));
  }
}

TEST(BlobFiles, ABlobThatIsNotThereIsNotFoundEverywhere) {
  const TempDir dir;
  const auto files = OpenIn(dir);
  const Digest digest = Sha256("absent");
  EXPECT_FALSE(files->Has(digest));
  EXPECT_THAT(files->Map(digest), Fails(absl::StatusCode::kNotFound, digest.Hex()));
  EXPECT_THAT(files->Size(digest), Fails(absl::StatusCode::kNotFound, digest.Hex()));
  EXPECT_THAT(files->Sync({digest}), Fails(absl::StatusCode::kNotFound, digest.Hex()));
  EXPECT_THAT(files->Remove(digest), IsOk());
}

TEST(BlobFiles, WritingAgainReplacesADamagedFile) {
  const TempDir dir;
  const auto files = OpenIn(dir);
  const Digest digest = Sha256("hello");
  ASSERT_THAT(files->Write(digest, "hello", true), IsOk());
  Overwrite(files->Path(digest), "hell0");
  ASSERT_THAT(files->Write(digest, "hello", true), IsOk());
  EXPECT_EQ(Read(*files, digest), "hello");
}

TEST(BlobFiles, AMappedBlobOutlivesTheRemovalOfItsFile) {
  const TempDir dir;
  const auto files = OpenIn(dir);
  const Digest digest = Sha256("hello");
  ASSERT_THAT(files->Write(digest, "hello", false), IsOk());
  const auto blob = files->Map(digest);
  ASSERT_THAT(files->Remove(digest), IsOk());
  EXPECT_FALSE(files->Has(digest));
  EXPECT_EQ((*blob)->bytes(), "hello");
}

TEST(BlobFiles, OpeningRemovesWhatADeadProcessLeftAndKeepsALivingOnes) {
  const TempDir dir;
  OpenIn(dir);
  const std::string dead = dir / "tmp/2147483646.1.1";  // above any pid_max
  const std::string alive = dir / ("tmp/" + std::to_string(::getpid()) + ".1.1");
  Overwrite(dead, "half");
  Overwrite(alive, "half");
  OpenIn(dir);
  EXPECT_FALSE(std::filesystem::exists(dead));
  EXPECT_TRUE(std::filesystem::exists(alive));
}

TEST(BlobFiles, ManyWritersOfTheSameBlobLeaveItWholeAndNothingElse) {
  const TempDir dir;
  const auto first = OpenIn(dir);
  const auto second = OpenIn(dir);
  const std::string bytes(1 << 20, 'x');
  const Digest digest = Sha256(bytes);
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&, i] { EXPECT_THAT((i % 2 == 0 ? first : second)->Write(digest, bytes, false), IsOk()); });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(Read(*first, digest), bytes);
  EXPECT_TRUE(std::filesystem::is_empty(dir / "tmp"));
}

TEST(BlobFiles, ADirectoryThatCannotBeMadeIsNamed) {
  const TempDir dir;
  Overwrite(dir / "file", "in the way");
  EXPECT_THAT(BlobFiles::Open(dir / "file").status().ToString(), testing::HasSubstr(dir / "file"));
  EXPECT_FALSE(BlobFiles::Open(dir / "file").ok());
}

}  // namespace
}  // namespace mote::coordinator
