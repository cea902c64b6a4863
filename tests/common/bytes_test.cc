#include "common/bytes.h"

#include <gtest/gtest.h>

#include <limits>

namespace mote {
namespace {

TEST(ByteReader, ReadsBackWhatByteWriterWrote) {
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Put<uint8_t>(200);
  writer.Put<int64_t>(-5);
  writer.Put<double>(0.1);
  writer.PutString("text");
  writer.PutRaw("raw");

  ByteReader reader(bytes);
  EXPECT_EQ(*reader.Get<uint8_t>(), 200);
  EXPECT_EQ(*reader.Get<int64_t>(), -5);
  EXPECT_EQ(*reader.Get<double>(), 0.1);
  EXPECT_EQ(*reader.GetString(), "text");
  EXPECT_EQ(reader.rest(), "raw");
  EXPECT_EQ(*reader.GetRaw(3), "raw");
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteWriter, IsLittleEndianWithoutPadding) {
  std::string bytes;
  ByteWriter(&bytes).Put<uint8_t>(1);
  ByteWriter(&bytes).Put<uint32_t>(0x04030201);
  EXPECT_EQ(bytes, std::string("\x01\x01\x02\x03\x04", 5));
}

TEST(ByteReader, TruncatedValuesAreOutOfRangeAndConsumeNothing) {
  ByteReader reader("abc");
  EXPECT_EQ(reader.Get<uint32_t>().status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(reader.GetRaw(4).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(reader.GetRaw(std::numeric_limits<size_t>::max()).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(reader.remaining(), 3u);
}

TEST(ByteReader, StringLongerThanTheRestIsOutOfRange) {
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Put<uint32_t>(0xFFFFFFFF);
  writer.PutRaw("ab");
  EXPECT_EQ(ByteReader(bytes).GetString().status().code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace mote
