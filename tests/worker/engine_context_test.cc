// What a kernel reads are the bytes of the name, or an error that says where they are not.
#include "worker/engine/engine_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/worker/temporary_directory.h"

namespace mote::engine {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class EngineContextTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto files = BlobFiles::Open(directory_.path() + "/blobs");
    ASSERT_TRUE(files.ok()) << files.status();
    files_ = *std::move(files);
  }

  EngineContext Context() {
    return EngineContext(
        *files_,
        [this](const Digest& digest) -> absl::StatusOr<int64_t> {
          ++fetches_;
          if (is_gone_) return absl::NotFoundError("coordinator: the blob is not stored here; put it first");
          const absl::Status written = files_->Write(digest, bytes_, false);
          if (!written.ok()) return written;
          if (rots_) Damage(digest);
          return static_cast<int64_t>(bytes_.size());
        },
        cancelled_, {}, [this](const Digest& digest) { ahead_.push_back(digest); });
  }

  void Damage(const Digest& digest) {
    std::fstream file(files_->Path(digest), std::ios::in | std::ios::out | std::ios::binary);
    file.put('X');
    ASSERT_TRUE(file.good());
  }

  const std::string bytes_ = "the bytes of a blob";
  const Digest digest_ = Sha256(bytes_);
  TemporaryDirectory directory_;
  std::unique_ptr<BlobFiles> files_;
  std::atomic<bool> cancelled_{false};
  int fetches_ = 0;
  std::vector<Digest> ahead_;  // begun to fetch
  bool rots_ = false;
  bool is_gone_ = false;  // the coordinator does not have the blob
};

TEST_F(EngineContextTest, ABlobInTheStoreIsReadWithoutAFetch) {
  ASSERT_TRUE(files_->Write(digest_, bytes_, false).ok());
  EngineContext context = Context();
  std::shared_ptr<const void> keep;
  EXPECT_EQ(*context.Read(digest_, &keep), bytes_);
  EXPECT_EQ(fetches_, 0);
}

TEST_F(EngineContextTest, WhatIsExpectedIsBegunOnceAndItsBytesCountForWhoReadsIt) {
  EngineContext context = Context();
  context.Expect(digest_);
  context.Expect(digest_);
  EXPECT_THAT(ahead_, ElementsAre(digest_));
  EXPECT_EQ(context.cost().network_bytes, 0);
  // It has arrived before it is read: the fetch that was begun must be claimed all the same.
  ASSERT_TRUE(files_->Write(digest_, bytes_, false).ok());
  std::shared_ptr<const void> keep;
  EXPECT_EQ(*context.Read(digest_, &keep), bytes_);
  EXPECT_EQ(fetches_, 1);
  EXPECT_EQ(context.cost().network_bytes, static_cast<int64_t>(bytes_.size()));
}

TEST_F(EngineContextTest, WhatLiesInTheStoreIsNotFetchedAhead) {
  ASSERT_TRUE(files_->Write(digest_, bytes_, false).ok());
  EngineContext context = Context();
  context.Expect(digest_);
  EXPECT_THAT(ahead_, IsEmpty());
}

TEST_F(EngineContextTest, WhatIsExpectedAndNeverReadIsBoundedAndCounted) {
  EngineContext context = Context();
  for (int i = 0; i < 20; ++i) context.Expect(Sha256(std::to_string(i)));
  EXPECT_EQ(ahead_.size(), 20u);
  EXPECT_EQ(fetches_, 12);  // all but eight were claimed to make room
  EXPECT_EQ(context.cost().network_bytes, 12 * static_cast<int64_t>(bytes_.size()));
}

TEST_F(EngineContextTest, ADamagedFileIsFetchedAgain) {
  ASSERT_TRUE(files_->Write(digest_, bytes_, false).ok());
  Damage(digest_);
  EngineContext context = Context();
  std::shared_ptr<const void> keep;
  EXPECT_EQ(*context.Read(digest_, &keep), bytes_);
  EXPECT_EQ(fetches_, 1);
}

TEST_F(EngineContextTest, AFileThatIsDamagedAgainIsReportedWithItsPath) {
  ASSERT_TRUE(files_->Write(digest_, bytes_, false).ok());
  Damage(digest_);
  rots_ = true;
  EngineContext context = Context();
  std::shared_ptr<const void> keep;
  const auto read = context.Read(digest_, &keep);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr(files_->Path(digest_)));
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("check the disk"));
}

TEST_F(EngineContextTest, ADamagedFileThatNobodyElseHasIsNamedAsDamaged) {
  ASSERT_TRUE(files_->Write(digest_, bytes_, false).ok());
  Damage(digest_);
  is_gone_ = true;
  EngineContext context = Context();
  std::shared_ptr<const void> keep;
  const auto read = context.Read(digest_, &keep);
  EXPECT_EQ(read.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(read.status().message()),
              AllOf(HasSubstr(files_->Path(digest_)), HasSubstr("did not hold the bytes of its name"),
                    HasSubstr("not stored here"), HasSubstr("check the disk")));
}

}  // namespace
}  // namespace mote::engine
