#include "coordinator/artifacts/artifact_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <limits>

#include "coordinator/artifacts/disk_threads.h"
#include "coordinator/rpc/stored_artifacts.h"
#include "tests/coordinator/shell/status_matchers.h"
#include "tests/coordinator/shell/temp_dir.h"

namespace mote::coordinator {
namespace {

std::unique_ptr<ArtifactStore> OpenStore(const TempDir& dir, int64_t reserve = 0) {
  return *ArtifactStore::Open(dir.path(), reserve);
}

TEST(ArtifactStore, AnyRangeOfABlobIsRead) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  const Digest digest = Sha256("0123456789");
  ASSERT_THAT(store->Put(digest, "0123456789", true), IsOk());
  EXPECT_EQ(store->Get(digest, 0, 0)->bytes(), "0123456789");
  EXPECT_EQ(store->Get(digest, 3, 4)->bytes(), "3456");
  EXPECT_EQ(store->Get(digest, 8, 0)->bytes(), "89");
  EXPECT_EQ(store->Get(digest, 10, 0)->bytes(), "");
}

TEST(ArtifactStore, ARangeThatLeavesTheBlobIsRefused) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  const Digest digest = Sha256("0123456789");
  ASSERT_THAT(store->Put(digest, "0123456789", true), IsOk());
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(store->Get(digest, 11, 0), Fails(absl::StatusCode::kOutOfRange, "10 bytes"));
  EXPECT_THAT(store->Get(digest, 5, 6), Fails(absl::StatusCode::kOutOfRange, "10 bytes"));
  EXPECT_THAT(store->Get(digest, 5, kHuge), Fails(absl::StatusCode::kOutOfRange, "10 bytes"));
  EXPECT_THAT(store->Get(digest, -1, 1), Fails(absl::StatusCode::kOutOfRange, "10 bytes"));
}

TEST(ArtifactStore, BytesThatDoNotHashToTheirDigestAreRefusedAndNotKept) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  EXPECT_THAT(store->Put(Sha256("a"), "b", true), Fails(absl::StatusCode::kInvalidArgument, Sha256("b").Hex()));
  EXPECT_FALSE(store->Has(Sha256("a")));
  EXPECT_FALSE(store->Has(Sha256("b")));
}

TEST(ArtifactStore, WhatIsKnownToBeDurableIsStillReplacedWhenItIsDamaged) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  const Digest digest = Sha256("hello");
  const std::string path = dir.path() + "/" + digest.Hex().substr(0, 2) + "/" + digest.Hex();
  for (int i = 0; i < 2; ++i) ASSERT_THAT(store->Put(digest, "hello", true), IsOk());
  std::ofstream(path) << "jello";
  ASSERT_THAT(store->Put(digest, "hello", true), IsOk());
  EXPECT_EQ(store->Get(digest, 0, 0)->bytes(), "hello");
  std::filesystem::remove(path);
  ASSERT_THAT(store->Put(digest, "hello", true), IsOk());
  EXPECT_EQ(store->Get(digest, 0, 0)->bytes(), "hello");
}

TEST(RecentDigests, ForgetsTheOldestFirst) {
  RecentDigests recent(2);
  const Digest a = Sha256("a"), b = Sha256("b"), c = Sha256("c");
  for (const Digest& digest : {a, b, a, c}) recent.Add(digest);
  EXPECT_FALSE(recent.Contains(a));
  EXPECT_TRUE(recent.Contains(b) && recent.Contains(c));
  recent.Remove(b);
  recent.Add(a);
  EXPECT_FALSE(recent.Contains(b));
  EXPECT_TRUE(recent.Contains(a) && recent.Contains(c));
}

TEST(ArtifactStore, ABlobAboveFourMebibytesIsRefused) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  const std::string bytes(kBlobBytesMax + 1, 'x');
  EXPECT_THAT(store->Put(Sha256(bytes), bytes, true), Fails(absl::StatusCode::kInvalidArgument, "manifest"));
  const std::string largest(kBlobBytesMax, 'x');
  EXPECT_THAT(store->Put(Sha256(largest), largest, false), IsOk());
}

TEST(ArtifactStore, ADamagedBlobIsLostNamedMissingAndCanBePutAgain) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  const Digest digest = Sha256("hello");
  ASSERT_THAT(store->Put(digest, "hello", true), IsOk());
  std::ofstream(dir.path() + "/" + digest.Hex().substr(0, 2) + "/" + digest.Hex()) << "hellO";

  EXPECT_THAT(store->Get(digest, 0, 0), Fails(absl::StatusCode::kDataLoss, digest.Hex()));
  EXPECT_THAT(store->FindMissing({digest}), testing::ElementsAre(digest));
  ASSERT_THAT(store->Put(digest, "hello", true), IsOk());
  EXPECT_EQ(store->Get(digest, 0, 0)->bytes(), "hello");
}

// The last of several tries is what a job's failure tells.
TEST(ArtifactStore, WhoeverAsksForABlobThatWasDamagedIsToldSoUntilItIsPutAgain) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  const Digest digest = Sha256("hello");
  ASSERT_THAT(store->Put(digest, "hello", true), IsOk());
  std::ofstream(dir.path() + "/" + digest.Hex().substr(0, 2) + "/" + digest.Hex()) << "hellO";
  EXPECT_THAT(store->Get(digest, 0, 0), Fails(absl::StatusCode::kDataLoss, "is damaged"));
  EXPECT_THAT(store->Get(digest, 0, 0), Fails(absl::StatusCode::kNotFound, "was damaged"));
  EXPECT_THAT(store->Sync({digest}), Fails(absl::StatusCode::kNotFound, "was damaged"));
  ASSERT_THAT(store->Put(digest, "hello", true), IsOk());
  ASSERT_EQ(store->RemovePutBefore(digest, absl::InfiniteFuture())->bytes, 5);
  EXPECT_THAT(store->Get(digest, 0, 0), Fails(absl::StatusCode::kNotFound, "is not stored here"));
}

TEST(ArtifactStore, ABlobIsRemovedOnlyIfItWasNotPutSince) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  const Digest digest = Sha256("hello");
  ASSERT_THAT(store->Put(digest, "hello", false), IsOk());
  const absl::Time written = absl::Now();
  EXPECT_TRUE(store->RemovePutBefore(digest, written - absl::Minutes(1))->put.has_value());
  ASSERT_THAT(store->Put(digest, "hello", true), IsOk());
  const auto kept = store->RemovePutBefore(digest, written + absl::Seconds(30));
  EXPECT_EQ(kept->bytes, 0) << "who put it again may name it late";
  EXPECT_GE(*kept->put, written + ArtifactStore::kHeldAgain);
  EXPECT_EQ(store->RemovePutBefore(digest, *kept->put + absl::Seconds(1))->bytes, 5);
  const auto gone = store->RemovePutBefore(digest, absl::InfiniteFuture());
  EXPECT_TRUE(gone->bytes == 0 && !gone->put) << "it is gone already";
}

TEST(ArtifactStore, MissingBlobsAreFoundInTheOrderAsked) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  ASSERT_THAT(store->Put(Sha256("b"), "b", false), IsOk());
  EXPECT_THAT(store->FindMissing({Sha256("c"), Sha256("b"), Sha256("a")}),
              testing::ElementsAre(Sha256("c"), Sha256("a")));
}

// As after a power failure: the name is there, the bytes are not.
TEST(ArtifactStore, WhatAnotherProcessLeftIsBelievedOnceItWasRead) {
  const TempDir dir;
  const Digest cut = Sha256("cut"), whole = Sha256("whole");
  for (const std::string text : {"cut", "whole"}) {
    ASSERT_THAT(OpenStore(dir)->Put(Sha256(text), text, false), IsOk());
  }
  std::ofstream(dir.path() + "/" + cut.Hex().substr(0, 2) + "/" + cut.Hex());
  const auto store = OpenStore(dir);
  EXPECT_THAT(store->Sync({cut}), Fails(absl::StatusCode::kNotFound, cut.Hex()));
  EXPECT_THAT(store->Sync({whole}), IsOk());
  EXPECT_EQ(store->FindMissing({whole, cut}), std::vector<Digest>{cut});
  EXPECT_FALSE(store->Has(cut)) << "so that it can be put again";
}

TEST(ArtifactStore, AReserveThatIsNotFreeIsReportedWithTheRemedy) {
  const TempDir dir;
  EXPECT_THAT(OpenStore(dir, 0)->CheckReserve(), IsOk());
  EXPECT_THAT(OpenStore(dir, std::numeric_limits<int64_t>::max())->CheckReserve(),
              Fails(absl::StatusCode::kResourceExhausted, "--disk-reserve"));
}

// Which artifacts of a job are stored -----------------------------------------------

JobSpec JobReading(const ArtifactRef& artifact) {
  JobSpec spec;
  spec.inputs.push_back({"applicants", "csv", artifact.ToString(), "german_credit.csv", ""});
  return spec;
}

TEST(StoredArtifacts, AnInputThatWasNotPutIsNamedByItsPath) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  const ArtifactRef artifact{Sha256("rows"), 4, false};
  EXPECT_THAT(CheckArtifactsAreStored(JobReading(artifact), *store),
              Fails(absl::StatusCode::kNotFound, "inputs[0] (german_credit.csv)"));
  ASSERT_THAT(store->Put(artifact.digest, "rows", true), IsOk());
  EXPECT_THAT(CheckArtifactsAreStored(JobReading(artifact), *store), IsOk());
}

TEST(StoredArtifacts, EachBlobOfAManifestMustBeThere) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  const std::string encoded = Manifest{{{Sha256("one"), 3}, {Sha256("two"), 3}}}.Encode();
  const ArtifactRef artifact{Sha256(encoded), 6, true};
  ASSERT_THAT(store->Put(artifact.digest, encoded, true), IsOk());
  ASSERT_THAT(store->Put(Sha256("one"), "one", true), IsOk());
  EXPECT_THAT(CheckArtifactsAreStored(JobReading(artifact), *store),
              Fails(absl::StatusCode::kNotFound, Sha256("two").Hex()));
  ASSERT_THAT(store->Put(Sha256("two"), "two", true), IsOk());
  EXPECT_THAT(CheckArtifactsAreStored(JobReading(artifact), *store), IsOk());
}

TEST(StoredArtifacts, AWrongSizeIsRefused) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  ASSERT_THAT(store->Put(Sha256("rows"), "rows", true), IsOk());
  EXPECT_THAT(CheckArtifactsAreStored(JobReading({Sha256("rows"), 5, false}), *store),
              Fails(absl::StatusCode::kInvalidArgument, "has 4 bytes, not 5"));
}

TEST(StoredArtifacts, FilesWithinParametersAreLookedUpAtAnyDepth) {
  const TempDir dir;
  const auto store = OpenStore(dir);
  JobSpec spec;
  spec.stages.push_back({});
  spec.stages[0].operation = "infer";
  spec.stages[0].parameters =
      R"({"model": {"torchscript": [{"artifact": ")" + ArtifactRef{Sha256("m"), 1, false}.ToString() + R"("}]}})";
  EXPECT_THAT(CheckArtifactsAreStored(spec, *store),
              Fails(absl::StatusCode::kNotFound, "stages[0].infer.model.torchscript[0].artifact"));
  ASSERT_THAT(store->Put(Sha256("m"), "m", true), IsOk());
  EXPECT_THAT(CheckArtifactsAreStored(spec, *store), IsOk());
}

// Disk threads ------------------------------------------------------------------------

TEST(DiskThreads, WhatIsQueuedRunsBeforeTheEnd) {
  std::atomic<int> ran = 0;
  {
    DiskThreads disk(2, 100);
    for (int i = 0; i < 50; ++i) EXPECT_THAT(disk.Post([&ran] { ++ran; }), IsOk());
  }
  EXPECT_EQ(ran, 50);
}

TEST(DiskThreads, AFullQueueRefusesInsteadOfWaiting) {
  std::mutex gate;
  gate.lock();
  DiskThreads disk(1, 2);
  int accepted = 0;
  absl::Status last;
  while ((last = disk.Post([&gate] { const std::lock_guard pass(gate); })).ok()) ++accepted;
  EXPECT_THAT(last, Fails(absl::StatusCode::kUnavailable, "retry"));
  EXPECT_GE(accepted, 2);
  EXPECT_LE(accepted, 3);  // one may have left the queue already
  gate.unlock();
}

}  // namespace
}  // namespace mote::coordinator
