#include "coordinator/runtime/collection.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/clock.h"
#include "common/dataset.h"
#include "common/prepare/prepared_view.h"
#include "tests/coordinator/shell/aged_blobs.h"
#include "tests/coordinator/shell/status_matchers.h"
#include "tests/coordinator/shell/temp_dir.h"

namespace mote::coordinator {
namespace {

class CollectionTest : public ::testing::Test {
 protected:
  ArtifactRef Put(const std::string& bytes) { return PutLongAgo(*store_, dir_.path(), bytes); }
  bool Has(const std::string& bytes) const { return store_->Has(Sha256(bytes)); }
  Collection CollectAll(const CollectArtifacts& collect) {
    const absl::StatusOr<Collection> collection = Collect(*store_, collect, stop_);
    EXPECT_THAT(collection.status(), IsOk());
    return collection.ok() ? *collection : Collection();
  }

  const TempDir dir_;
  const std::unique_ptr<ArtifactStore> store_ = *ArtifactStore::Open(dir_.path(), 0);
  const absl::Time yesterday_ = absl::Now() - absl::Hours(24);
  std::atomic<bool> stop_ = false;
};

TEST_F(CollectionTest, WhatNobodyUsesGoesAndIsCounted) {
  const ArtifactRef used = Put("used");
  Put("orphan");
  Put("another");
  const Collection collection = CollectAll({{used}, {}, yesterday_, absl::Now()});
  EXPECT_EQ(collection.blobs, 2);
  EXPECT_EQ(collection.bytes, 13);
  EXPECT_TRUE(Has("used"));
  EXPECT_FALSE(Has("orphan"));
}

TEST_F(CollectionTest, BlobsOfManifestsAndRowsOfTablesStay) {
  const std::string file = Manifest{{{Put("half a").digest, 6}, {Put("half b").digest, 6}}}.Encode();
  const ArtifactRef input{Put(file).digest, 12, true};
  Dataset rows;
  rows.schema = {{{"text", DType::kText, 1}}};
  rows.segments = {{{Put("rows").digest, 4}, 1}};
  rows.rows = 1;
  Dataset csv;
  csv.format = DatasetFormat::kCsv;
  csv.schema = rows.schema;
  csv.source = input;
  csv.name = "a.csv";
  EXPECT_EQ(CollectAll({{}, {Put(rows.Encode()), Put(csv.Encode())}, yesterday_, absl::Now()}).blobs, 0);
  EXPECT_EQ(CollectAll({{input}, {}, yesterday_, absl::Now()}).blobs, 3);
  EXPECT_TRUE(Has("half a") && Has("half b"));
  EXPECT_FALSE(Has("rows"));
}

TEST_F(CollectionTest, WhatWasPutOrAskedForSinceStays) {
  Put("asked for");
  EXPECT_TRUE(store_->FindMissing({Sha256("asked for")}).empty());
  ASSERT_THAT(store_->Put(Sha256("new"), "new", false), IsOk());
  EXPECT_EQ(CollectAll({{}, {}, yesterday_, absl::Now()}).blobs, 0);
}

TEST_F(CollectionTest, WhatIsInUseAndUnreadableSavesAndEndsNothing) {
  const ArtifactRef lie{Put("no manifest").digest, 8'000'000, true};
  const ArtifactRef gone{Sha256("never put"), 8'000'000, true};
  Put("orphan");
  EXPECT_EQ(CollectAll({{lie, gone}, {gone, Put("no table")}, yesterday_, absl::Now()}).blobs, 1);
  EXPECT_TRUE(Has("no manifest") && Has("no table"));
}

TEST_F(CollectionTest, StopsWhenItIsTold) {
  Put("orphan");
  stop_ = true;
  EXPECT_THAT(Collect(*store_, {{}, {}, yesterday_, absl::Now()}, stop_), Fails(absl::StatusCode::kCancelled, "ends"));
  EXPECT_TRUE(Has("orphan"));
}

TEST_F(CollectionTest, PreparedRowsThatLieNowhereKeepWhatDescribesThem) {
  Dataset rows;
  rows.schema = {{{"age", DType::kF32, 1}}};
  rows.segments = {{{NameOfTaskRows({0, 0}), 4}, 1}};
  rows.rows = 1;
  Dataset raw;
  raw.schema = {{{"text", DType::kText, 1}}};
  raw.segments = {{{Put("raw rows").digest, 8}, 1}};
  raw.rows = 1;
  PreparedView view;
  view.table = {"", Put(rows.Encode())};
  view.source = {"", Put(raw.Encode())};
  EXPECT_EQ(CollectAll({{}, {Put(view.Encode())}, yesterday_, absl::Now()}).blobs, 0);
  EXPECT_EQ(CollectAll({{}, {}, yesterday_, absl::Now()}).blobs, 4);
}

TEST_F(CollectionTest, WhereTheClockWasSetNothingGoes) {
  Put("orphan");
  EXPECT_THAT(Collect(*store_, {{}, {}, yesterday_, absl::Now() + absl::Hours(72)}, stop_),
              Fails(absl::StatusCode::kFailedPrecondition, "clock was set by 71h59m59"));
  EXPECT_TRUE(Has("orphan"));
}

TEST_F(CollectionTest, OtherFilesAreNotTouched) {
  std::ofstream(dir_.path() + "/ab/notes.txt") << "mine";
  EXPECT_EQ(CollectAll({{}, {}, absl::InfiniteFuture(), absl::Now()}).blobs, 0);
  EXPECT_TRUE(std::filesystem::exists(dir_.path() + "/ab/notes.txt"));
}

}  // namespace
}  // namespace mote::coordinator
