#include "common/transfer/blob_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include "common/philox.h"

namespace mote {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kBytesMax = 4 << 20;

std::string Rows(size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) text += std::to_string(i) + ",own,good\n";
  return text.substr(0, bytes);
}

std::string Random(size_t bytes) {
  const Philox random{1, 2};
  std::string noise(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i) noise[i] = static_cast<char>(256 * random.Uniform(i));
  return noise;
}

// A frame of `bytes` zeros, which takes next to nothing.
std::string Bomb(size_t bytes, bool says_size) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, says_size ? 1 : 0);
  const std::string zeros(bytes, '\0');
  std::string frame(ZSTD_compressBound(bytes), '\0');
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), zeros.data(), zeros.size()));
  ZSTD_freeCCtx(context);
  return frame;
}

void ExpectRefused(std::string_view frame, const std::string& why) {
  const auto bytes = DecompressBlob(frame, kBytesMax);
  EXPECT_EQ(bytes.status().code(), absl::StatusCode::kInvalidArgument) << bytes.status();
  EXPECT_THAT(std::string(bytes.status().message()), HasSubstr(why));
}

TEST(BlobEncoding, BytesComeBackAsTheyWereAndTravelSmaller) {
  for (const size_t size : {size_t{4096}, size_t{1} << 20, size_t{4} << 20}) {
    const std::string bytes = Rows(size);
    const auto frame = CompressBlob(bytes);
    ASSERT_TRUE(frame.has_value());
    EXPECT_LT(frame->size(), size / 2);
    const auto back = DecompressBlob(*frame, kBytesMax);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, bytes);
  }
}

TEST(BlobEncoding, WhatDoesNotGetSmallerIsNotCompressed) {
  EXPECT_FALSE(CompressBlob(Random(100'000)).has_value());
  EXPECT_FALSE(CompressBlob("").has_value());
}

TEST(BlobEncoding, AFrameThatHoldsTooMuchIsRefusedBeforeItIsUnpacked) {
  const std::string bomb = Bomb(size_t{64} << 20, true);
  ASSERT_LT(bomb.size(), size_t{64} << 10);
  ExpectRefused(bomb, "it says that it holds 67108864 bytes, at most 4194304 are allowed");
  ExpectRefused(Bomb(size_t{64} << 20, false), "does not say how many bytes it holds");
}

TEST(BlobEncoding, AFrameThatLiesAboutItsSizeIsRefused) {
  std::string frame = Bomb(3 << 20, true);
  // The header: 4 bytes of magic, the descriptor, and (of a single segment) the size.
  const size_t at = (frame[4] & 0x20) != 0 ? 5 : 6;
  frame[at] = static_cast<char>(frame[at] ^ 1);
  EXPECT_FALSE(DecompressBlob(frame, kBytesMax).ok());
}

TEST(BlobEncoding, WhatIsNoWholeFrameIsRefused) {
  const std::string frame = *CompressBlob(Rows(100'000));
  ExpectRefused("", "no zstd frame");
  ExpectRefused("plain bytes that are no frame", "no zstd frame");
  ExpectRefused(std::string_view(frame).substr(0, frame.size() / 2), "not one whole zstd frame");
  ExpectRefused(frame + frame, "not one whole zstd frame");
}

TEST(BlobEncoding, ADamagedFrameIsNotTakenForItsBytes) {
  const std::string bytes = Rows(100'000);
  std::string frame = *CompressBlob(bytes);
  frame[frame.size() / 2] = static_cast<char>(frame[frame.size() / 2] ^ 0x55);
  const auto back = DecompressBlob(frame, kBytesMax);
  EXPECT_TRUE(!back.ok() || *back != bytes);
}

}  // namespace
}  // namespace mote
