#include "worker/supervisor/kept_partials.h"

#include <gtest/gtest.h>

#include <string>

#include "common/store_bytes.h"
#include "tests/worker/temporary_directory.h"
#include "worker/supervisor/blob_locations.h"
#include "worker/supervisor/blob_server.h"
#include "worker/supervisor/peers.h"

namespace mote::worker {
namespace {

constexpr PassId kTree{7};

// A cache of its own size with what engines put there, and the partials beside it.
class Worker {
 public:
  explicit Worker(int64_t cache_bytes = int64_t{1} << 30)
      : cache_(*BlobCache::Open(directory_.path() + "/blobs", cache_bytes)),
        kept_(*KeptPartials::Open(directory_.path() + "/partials", *cache_)) {}

  ArtifactRef Store(std::string bytes) {
    Sink sink(*cache_);
    return StoreArtifact(std::move(bytes), sink);
  }
  BlobCache& cache() { return *cache_; }
  KeptPartials& kept() { return *kept_; }

 private:
  struct Sink : BlobSink {
    explicit Sink(BlobCache& c) : cache(c) {}
    Digest Store(std::string bytes) override {
      const Digest digest = Sha256(bytes);
      EXPECT_TRUE(cache.Write(digest, bytes).ok());
      return digest;
    }
    BlobCache& cache;
  };

  TemporaryDirectory directory_;
  std::unique_ptr<BlobCache> cache_;
  std::unique_ptr<KeptPartials> kept_;
};

TEST(KeptPartials, AreKeptUntilTheyAreReleasedAsOftenAsTheyWereKept) {
  Worker worker;
  const ArtifactRef partial = worker.Store("partial");
  ASSERT_TRUE(worker.kept().Keep(kTree, partial).ok());
  ASSERT_TRUE(worker.kept().Keep(kTree, partial).ok());
  worker.kept().Release(kTree, partial);
  EXPECT_EQ((*worker.kept().Read(partial.digest))->bytes(), "partial");
  worker.kept().Release(kTree, partial);
  EXPECT_EQ(worker.kept().Read(partial.digest).status().code(), absl::StatusCode::kNotFound);
}

TEST(KeptPartials, EndOfATreeReleasesAllOfItAndNothingElse) {
  Worker worker;
  const ArtifactRef one = worker.Store("one"), two = worker.Store("two");
  ASSERT_TRUE(worker.kept().Keep(kTree, one).ok());
  ASSERT_TRUE(worker.kept().Keep(kTree, two).ok());
  ASSERT_TRUE(worker.kept().Keep(PassId{8}, two).ok());
  worker.kept().Release(kTree, std::nullopt);
  EXPECT_FALSE(worker.kept().Read(one.digest).ok());
  EXPECT_TRUE(worker.kept().Read(two.digest).ok());
}

TEST(KeptPartials, AllBlobsOfAManifestAreKept) {
  Worker worker;
  const ArtifactRef partial = worker.Store(std::string(kBlobBytesMax, 'a') + std::string(1000, 'b'));
  ASSERT_TRUE(partial.manifest);
  ASSERT_TRUE(worker.kept().Keep(kTree, partial).ok());
  const auto blobs = worker.kept().BlobsOf(partial);
  ASSERT_TRUE(blobs.ok());
  EXPECT_EQ(blobs->size(), 3u);
  for (const Digest& blob : *blobs) EXPECT_TRUE(worker.kept().Read(blob).ok());
}

TEST(KeptPartials, WhatTheCacheHasLostComesBackFromThem) {
  Worker worker;
  const ArtifactRef partial = worker.Store("partial");
  ASSERT_TRUE(worker.kept().Keep(kTree, partial).ok());
  Worker other;
  EXPECT_FALSE(other.kept().Restore(partial.digest));
  EXPECT_TRUE(worker.kept().Restore(partial.digest));
  EXPECT_TRUE(worker.cache().Has(partial.digest));
}

TEST(KeptPartials, WhatIsNotInTheCacheCannotBeKept) {
  Worker worker;
  EXPECT_EQ(worker.kept().Keep(kTree, {Sha256("x"), 1, false}).code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(worker.kept().Read(Sha256("x")).ok());
}

TEST(BlobServer, KeptBlobsReachAnotherWorkerWholeAndOthersDoNot) {
  Worker worker;
  const std::string bytes(3'000'000, 'x');  // several chunks
  const ArtifactRef kept = worker.Store(bytes), cached = worker.Store("only cached");
  ASSERT_TRUE(worker.kept().Keep(kTree, kept).ok());
  const auto server = BlobServer::Start("127.0.0.1:0", worker.kept());
  ASSERT_TRUE(server.ok()) << server.status();
  Peers peers;
  const auto got = peers.Get((*server)->address(), kept.digest);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->bytes, bytes);
  EXPECT_EQ(peers.Get((*server)->address(), cached.digest).status().code(), absl::StatusCode::kNotFound);
}

TEST(BlobServer, RangeIsServedAndOneThatLeavesTheBlobIsRefused) {
  Worker worker;
  const ArtifactRef kept = worker.Store("0123456789");
  ASSERT_TRUE(worker.kept().Keep(kTree, kept).ok());
  const auto server = BlobServer::Start("127.0.0.1:0", worker.kept());
  ASSERT_TRUE(server.ok()) << server.status();
  const auto stub =
      mote::v1::ArtifactService::NewStub(grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials()));
  for (const auto& [offset, length, want] :
       {std::tuple<int64_t, int64_t, std::string>{3, 4, "3456"}, {8, 0, "89"}, {8, 3, "OUT_OF_RANGE"}}) {
    grpc::ClientContext context;
    mote::v1::GetBlobRequest request;
    request.set_digest(std::string(kept.digest.Raw()));
    request.set_offset(offset);
    request.set_length(length);
    const auto reader = stub->GetBlob(&context, request);
    mote::v1::GetBlobResponse response;
    std::string got;
    while (reader->Read(&response)) got += response.chunk();
    const grpc::Status status = reader->Finish();
    EXPECT_EQ(status.ok() ? got : "OUT_OF_RANGE", want);
    if (!status.ok()) {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
    }
  }
}

TEST(Peers, WorkerThatIsGoneIsUnavailable) {
  Worker worker;
  std::string address;
  {
    const auto server = BlobServer::Start("127.0.0.1:0", worker.kept());
    ASSERT_TRUE(server.ok()) << server.status();
    address = (*server)->address();
  }
  Peers peers;
  EXPECT_EQ(peers.Get(address, Sha256("x")).status().code(), absl::StatusCode::kUnavailable);
}

TEST(BlobLocations, BlobsOfAManifestAreWhereTheManifestIs) {
  Worker worker;
  const ArtifactRef partial = worker.Store(std::string(kBlobBytesMax, 'a') + std::string(1000, 'b'));
  const auto blobs = worker.kept().BlobsOf(partial);
  BlobLocations locations(worker.cache());
  EXPECT_FALSE(locations.Find(partial.digest).has_value());
  locations.Add(1, {{partial, "w2:7071"}});
  for (const Digest& blob : *blobs) {
    const auto found = locations.Find(blob);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->address, "w2:7071");
    EXPECT_EQ(found->artifact, partial);
  }
  EXPECT_FALSE(locations.Find(Sha256("another")).has_value());
  locations.Forget(1);
  EXPECT_FALSE(locations.Find(partial.digest).has_value());
}

}  // namespace
}  // namespace mote::worker
