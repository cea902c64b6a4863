#include "worker/engine/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace mote::engine {
namespace {

using ::testing::HasSubstr;

std::string FileOf(const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  std::string file(reinterpret_cast<const char*>(&length), sizeof(length));
  return file + header + std::string(data_bytes, '\0');
}

absl::StatusOr<SafetensorsHeader> Parse(const std::string& file) {
  return SafetensorsHeader::Parse(file, static_cast<int64_t>(file.size()));
}

std::string Refusal(const std::string& header, size_t data_bytes) {
  const auto parsed = Parse(FileOf(header, data_bytes));
  if (parsed.ok()) return "accepted";
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(parsed.status().message());
}

TEST(Safetensors, WhatWasWrittenIsReadBack) {
  const std::vector<float> weight = {1, 2, 3, 4, 5, 6}, bias = {-1, 0.5};
  const std::string file = WriteSafetensors({{"who", "me"}}, {{"w", {2, 3}, weight.data()}, {"b", {2}, bias.data()}});
  const auto header = Parse(file);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->metadata().at("who"), "me");
  const TensorEntry* w = header->Find("w");
  ASSERT_NE(w, nullptr);
  EXPECT_EQ(w->shape, (std::vector<int64_t>{2, 3}));
  std::vector<float> read(6);
  std::memcpy(read.data(), file.data() + header->data_offset() + w->begin, sizeof(float) * 6);
  EXPECT_EQ(read, weight);
  EXPECT_EQ(header->data_offset() % 8, 0);
  EXPECT_EQ(header->Find("x"), nullptr);
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const std::vector<float> weight = {1, 2};
  const std::string file = WriteSafetensors({}, {{"w", {2}, weight.data()}});
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_EQ(Parse(file.substr(0, size)).status().code(), absl::StatusCode::kInvalidArgument) << size;
  }
  EXPECT_THAT(Parse(file.substr(0, file.size() - 1)).status().ToString(), HasSubstr("truncated"));
}

TEST(Safetensors, HostileHeadersAreRefused) {
  EXPECT_THAT(Refusal("[]", 0), HasSubstr("not a map"));
  EXPECT_THAT(Refusal("{", 0), HasSubstr("not JSON"));
  EXPECT_THAT(Refusal(R"({"w": 3})", 0), HasSubstr("\"w\" has no list \"shape\""));
  EXPECT_THAT(Refusal(R"({"w":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}})", 4), HasSubstr("F33"));
  EXPECT_THAT(Refusal(R"({"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4), HasSubstr("-1"));
  EXPECT_THAT(Refusal(R"({"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4), HasSubstr("1.5"));
  EXPECT_THAT(Refusal(R"({"w":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]}})", 4),
              HasSubstr("no size"));
  EXPECT_THAT(Refusal(R"({"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}})", 4),
              HasSubstr("overflows"));
  EXPECT_THAT(Refusal(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4), HasSubstr("needs 8 bytes"));
  EXPECT_THAT(Refusal(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4), HasSubstr("data_offsets"));
  EXPECT_THAT(Refusal(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8), HasSubstr("starts at byte 4"));
  EXPECT_THAT(Refusal(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 8), HasSubstr("8 follow"));
  EXPECT_THAT(Refusal(R"({"__metadata__":{"a":1}})", 0), HasSubstr("not text"));
}

TEST(Safetensors, OverlappingAndRepeatedTensorsAreRefused) {
  EXPECT_THAT(Refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                      R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                      4),
              HasSubstr("\"b\" starts at byte 0"));
  EXPECT_THAT(Refusal(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                      R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                      1),
              HasSubstr("twice"));
}

TEST(Safetensors, HeaderLongerThanTheFileIsRefusedBeforeItIsRead) {
  std::string file = FileOf("{}", 0);
  const uint64_t length = ~uint64_t{0};
  std::memcpy(file.data(), &length, sizeof(length));
  EXPECT_EQ(SafetensorsHeader::Bytes(file, static_cast<int64_t>(file.size())).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace mote::engine
