#include "common/artifact.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/store_bytes.h"
#include "tests/common/fakes.h"

namespace mote {
namespace {

TEST(ArtifactRef, TextIsReadBack) {
  const ArtifactRef blob{Sha256("x"), 1, false};
  const ArtifactRef large{Sha256("y"), int64_t{1} << 40, true};
  EXPECT_EQ(*ArtifactRef::Parse(blob.ToString()), blob);
  EXPECT_EQ(*ArtifactRef::Parse(large.ToString()), large);
  EXPECT_EQ(large.ToString(), absl::StrCat("sha256:", Sha256("y").Hex(), ":1099511627776:manifest"));
}

TEST(ArtifactRef, OtherTextIsInvalid) {
  const std::string hex = Sha256("x").Hex();
  for (const std::string& text :
       {std::string(), std::string("x"), "sha256:" + hex, "sha1:" + hex + ":1", "sha256:" + hex + ":-1",
        "sha256:" + hex + ":1:blob", "sha256:" + hex + ":1:manifest:", "sha256:" + hex + ":99999999999999999999",
        "sha256:" + hex.substr(1) + ":1", absl::StrCat("sha256:", hex, ":", kBlobBytesMax + 1)}) {
    EXPECT_EQ(ArtifactRef::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

Manifest TwoBlobs() { return {{{Sha256("a"), kBlobBytesMax}, {Sha256("b"), 7}}}; }

TEST(Manifest, IsReadBackAndKnowsItsBytes) {
  const absl::StatusOr<Manifest> decoded = Manifest::Decode(TwoBlobs().Encode());
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->blobs, TwoBlobs().blobs);
  EXPECT_EQ(decoded->bytes(), kBlobBytesMax + 7);
}

TEST(Manifest, EveryTruncationAndAnExtraByteAreErrors) {
  const std::string bytes = TwoBlobs().Encode();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Manifest::Decode(bytes.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(Manifest::Decode(bytes + "x").ok());
}

TEST(Manifest, BlobsOfImpossibleSizeAreErrors) {
  EXPECT_FALSE(Manifest::Decode(Manifest{{{Sha256("a"), kBlobBytesMax + 1}}}.Encode()).ok());
  EXPECT_FALSE(Manifest::Decode(Manifest{{{Sha256("a"), -1}}}.Encode()).ok());
}

TEST(StoreBytes, SmallBytesStayInline) {
  MemoryBlobs blobs;
  const std::string bytes(static_cast<size_t>(kInlineBytesMax), 'x');
  EXPECT_EQ(StoreBytes(bytes, blobs), (Value{bytes, std::nullopt}));
  EXPECT_TRUE(blobs.blobs().empty());
}

TEST(StoreBytes, LargerBytesBecomeOneBlob) {
  MemoryBlobs blobs;
  const std::string bytes(static_cast<size_t>(kInlineBytesMax) + 1, 'x');
  const Value value = StoreBytes(bytes, blobs);
  EXPECT_EQ(value.artifact, (ArtifactRef{Sha256(bytes), kInlineBytesMax + 1, false}));
  EXPECT_EQ(blobs.blobs().at(value.artifact->digest), bytes);
}

TEST(StoreBytes, BytesBeyondOneBlobAreCutAndListedInAManifest) {
  MemoryBlobs blobs;
  std::string bytes(static_cast<size_t>(2 * kBlobBytesMax) + 5, 'x');
  bytes[static_cast<size_t>(kBlobBytesMax)] = 'y';
  const ArtifactRef artifact = StoreArtifact(bytes, blobs);
  ASSERT_TRUE(artifact.manifest);
  EXPECT_EQ(artifact.bytes, static_cast<int64_t>(bytes.size()));
  const absl::StatusOr<Manifest> manifest = Manifest::Decode(blobs.blobs().at(artifact.digest));
  ASSERT_TRUE(manifest.ok());
  std::string joined;
  for (const BlobRef& blob : manifest->blobs) joined += blobs.blobs().at(blob.digest);
  EXPECT_EQ(joined, bytes);
  EXPECT_EQ(manifest->blobs.size(), 3u);
}

}  // namespace
}  // namespace mote
