#include "coordinator/runtime/artifact_drops.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/time/clock.h"
#include "tests/coordinator/shell/aged_blobs.h"
#include "tests/coordinator/shell/status_matchers.h"
#include "tests/coordinator/shell/temp_dir.h"

namespace mote::coordinator {
namespace {

// Artifacts that were put long ago.
class ArtifactDropsTest : public ::testing::Test {
 protected:
  Digest Put(const std::string& bytes) { return PutLongAgo(*store_, dir_.path(), bytes).digest; }
  ArtifactRef PutManifest(const std::vector<std::string>& blobs) {
    Manifest manifest;
    for (const std::string& bytes : blobs) manifest.blobs.push_back({Put(bytes), static_cast<int64_t>(bytes.size())});
    return {Put(manifest.Encode()), manifest.bytes(), true};
  }
  bool Has(const std::string& bytes) const { return store_->Has(Sha256(bytes)); }

  const TempDir dir_;
  const std::unique_ptr<ArtifactStore> store_ = *ArtifactStore::Open(dir_.path(), 0);
  ArtifactDrops drops_{*store_};
};

TEST_F(ArtifactDropsTest, BlobsThatAnArtifactInUseHasTooStay) {
  const ArtifactRef old = PutManifest({"weights 1", "zeros"});
  const ArtifactRef next = PutManifest({"weights 2", "zeros"});
  const ArtifactRef plain{Put("alone"), 5, false};
  ASSERT_THAT(drops_.Drop({{old, plain}, {next}}), IsOk());
  EXPECT_FALSE(Has("weights 1"));
  EXPECT_FALSE(Has("alone"));
  EXPECT_TRUE(Has("zeros"));
  EXPECT_TRUE(Has("weights 2"));
  EXPECT_TRUE(store_->Has(next.digest));
  ASSERT_THAT(drops_.Drop({{next}, {}}), IsOk());
  EXPECT_FALSE(Has("zeros"));
}

TEST_F(ArtifactDropsTest, APlainArtifactInUseMayBeABlobOfWhatIsDropped) {
  const ArtifactRef old = PutManifest({"first", "input"});
  const ArtifactRef input{Sha256("input"), 5, false};
  ASSERT_THAT(drops_.Drop({{old}, {input}}), IsOk());
  EXPECT_TRUE(Has("input"));
  EXPECT_FALSE(Has("first"));
}

TEST_F(ArtifactDropsTest, WhatIsNoManifestIsPassedOver) {
  const ArtifactRef lie{Put("no manifest at all"), 8'000'000, true};
  const ArtifactRef gone{Sha256("never put"), 8'000'000, true};
  const ArtifactRef plain{Put("alone"), 5, false};
  EXPECT_THAT(drops_.Drop({{lie, gone, plain}, {lie, gone}}), IsOk());
  EXPECT_FALSE(Has("alone"));
}

TEST_F(ArtifactDropsTest, WhatWasAskedForMeanwhileStays) {
  const ArtifactRef plain{Put("state"), 5, false};
  EXPECT_TRUE(store_->FindMissing({plain.digest}).empty()) << "as if it was put again";
  ASSERT_THAT(drops_.Drop({{plain}, {}}), IsOk());
  EXPECT_TRUE(Has("state"));
}

// Blocks that are run twice put everything twice.
TEST_F(ArtifactDropsTest, WhatWasPutLatelyGoesLater) {
  ASSERT_THAT(store_->Put(Sha256("state"), "state", false), IsOk());
  ASSERT_THAT(drops_.Drop({{{Sha256("state"), 5, false}}, {}}), IsOk());
  EXPECT_TRUE(Has("state"));
  const absl::Time end = absl::Now() + absl::Seconds(30);
  while (Has("state") && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(200));
    ASSERT_THAT(drops_.Drop({}), IsOk());
  }
  EXPECT_FALSE(Has("state"));
}

}  // namespace
}  // namespace mote::coordinator
