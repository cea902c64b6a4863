// Files of arrays as tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/data/array_file.h"
#include "tests/testing/in_process.h"
#include "worker/engine/row_source.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

std::vector<float> Counting(size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), -3.5f);
  return values;
}

// As numpy.save writes it: the header padded so that the array starts at a multiple of 64.
std::string Npy(const std::string& descr, const std::string& shape, const std::string& data,
                const std::string& fortran = "False") {
  std::string header = absl::StrCat("{'descr': '", descr, "', 'fortran_order': ", fortran, ", 'shape': ", shape, ", }");
  while ((10 + header.size() + 1) % 64 != 0) header.push_back(' ');
  header.push_back('\n');
  const auto size = static_cast<uint16_t>(header.size());
  return "\x93NUMPY" + std::string("\1\0", 2) + std::string(reinterpret_cast<const char*>(&size), 2) + header + data;
}

std::string NpyError(const std::string& file) { return ArrayError(file, "npy"); }
std::vector<double> NumbersOf(const std::string& file) { return NumbersOfFile(file, "npy"); }

TEST(Npy, RowsAreTheArraysOwnBytesForAnyRangeAndAnyCutIntoBlobs) {
  const std::string data = BytesOf(Counting(50 * 6));
  const std::string file = Npy("<f4", "(50, 2, 3)", data);
  for (const int64_t blob_bytes : {5, 24, 1000, 1 << 20}) {
    InProcess cluster;
    const Output output = *cluster.Index(file, "npy", 1 << 20, blob_bytes);
    EXPECT_EQ(output.rows, 50);
    EXPECT_EQ(Schema::Decode(output.schema)->ToString(), "x:f32[6]");
    const auto source = *engine::RowSource::Open(output.content, cluster.context());
    for (const TaskRange range : {TaskRange{0, 50}, {3, 4}, {49, 50}, {10, 10}, {7, 30}}) {
      const std::string expected = data.substr(range.begin * 24, (range.end - range.begin) * 24);
      std::string copy;
      EXPECT_EQ(*source->View(range, cluster.context(), &copy), expected);
      EXPECT_EQ(source->Read(range, cluster.context())->bytes, expected);
    }
    EXPECT_EQ(source->Read({49, 51}, cluster.context()).status().code(), absl::StatusCode::kOutOfRange);
  }
}

TEST(Npy, ARangeInOneBlobIsNotCopied) {
  InProcess cluster;
  const Output output = *cluster.Index(Npy("<f8", "(20, 2)", std::string(320, 'x')), "npy");
  const auto source = *engine::RowSource::Open(output.content, cluster.context());
  std::string copy;
  EXPECT_EQ(*source->View({2, 12}, cluster.context(), &copy), std::string(160, 'x'));
  EXPECT_TRUE(copy.empty());
}

TEST(Npy, EveryTypeOfNumberKeepsItsValues) {
  EXPECT_EQ(NumbersOf(Npy("|u1", "(3,)", BytesOf<uint8_t>({0, 7, 255}))), (std::vector<double>{0, 7, 255}));
  EXPECT_EQ(NumbersOf(Npy("|b1", "(2,)", BytesOf<uint8_t>({0, 1}))), (std::vector<double>{0, 1}));
  EXPECT_EQ(NumbersOf(Npy("|i1", "(2,)", BytesOf<int8_t>({-128, 5}))), (std::vector<double>{-128, 5}));
  EXPECT_EQ(NumbersOf(Npy("<i2", "(2,)", BytesOf<int16_t>({-300, 5}))), (std::vector<double>{-300, 5}));
  EXPECT_EQ(NumbersOf(Npy("<u2", "(1,)", BytesOf<uint16_t>({65535}))), (std::vector<double>{65535}));
  EXPECT_EQ(NumbersOf(Npy("<i4", "(2, 1)", BytesOf<int32_t>({-70000, 5}))), (std::vector<double>{-70000, 5}));
  EXPECT_EQ(NumbersOf(Npy("<u4", "(1,)", BytesOf<uint32_t>({4000000000u}))), (std::vector<double>{4e9}));
  EXPECT_EQ(NumbersOf(Npy("<i8", "(1, 2)", BytesOf<int64_t>({-1, 1 << 30}))), (std::vector<double>{-1, 1 << 30}));
  EXPECT_EQ(NumbersOf(Npy("<f8", "(2,)", BytesOf<double>({0.1, -1e300}))), (std::vector<double>{0.1, -1e300}));
  // 1.5, the least subnormal, −65504, 1/3 rounded
  EXPECT_EQ(NumbersOf(Npy("<f2", "(4,)", BytesOf<uint16_t>({0x3e00, 0x0001, 0xfbff, 0x3555}))),
            (std::vector<double>{1.5, std::ldexp(1.0, -24), -65504, 0.333251953125}));
  EXPECT_EQ(NumbersOf(Npy(">i2", "(1, 2)", std::string("\x01\x02\xff\xff", 4))), (std::vector<double>{258, -1}));
  EXPECT_EQ(NumbersOf(Npy(">f4", "(1,)", std::string("\x3f\x80\0\0", 4))), (std::vector<double>{1}));
}

TEST(Npy, AnArrayWithoutRowsIsATableWithoutRows) {
  InProcess cluster;
  EXPECT_EQ((*cluster.Index(Npy("<f4", "(0, 5)", ""), "npy")).rows, 0);
}

TEST(Npy, WhatIsNoTableOfNumbersIsRefused) {
  EXPECT_THAT(NpyError("a,b\n1,2\n3,4\n5,6\n"), HasSubstr("\"x.npy\" is no npy file"));
  EXPECT_THAT(NpyError(""), HasSubstr("\"x.npy\" is empty"));
  EXPECT_THAT(NpyError(Npy("<f4", "(2, 3)", std::string(20, 0))), HasSubstr("it was cut off"));
  EXPECT_THAT(NpyError(Npy("<f4", "(2, 3)", std::string(28, 0))), HasSubstr("one file holds one array"));
  EXPECT_THAT(NpyError(Npy("<f4", "(2, 3)", std::string(24, 0), "True")), HasSubstr("Fortran order"));
  EXPECT_THAT(NpyError(Npy("<f4", "()", std::string(4, 0))), HasSubstr("has no rows"));
  EXPECT_THAT(NpyError(Npy("<f4", "(2, 0)", "")), HasSubstr("rows without a number"));
  EXPECT_THAT(NpyError(Npy("<f4", "(9999999999999, 2)", "")), HasSubstr("too many rows"));
  EXPECT_THAT(NpyError(Npy("<f4", "(2, 99999999)", "")), HasSubstr("rows of more than"));
  EXPECT_THAT(NpyError(Npy("<f4", "(2, ?)", "")), HasSubstr("a header that cannot be read"));
  EXPECT_THAT(NpyError(Npy("|O", "(2,)", "ab")), HasSubstr("its numbers are '|O'; save them as float16"));
  std::string cut = Npy("<f4", "(2,)", "");
  EXPECT_THAT(NpyError(cut.substr(0, 40)), HasSubstr("in its header"));
  cut[6] = 9;
  EXPECT_THAT(NpyError(cut), HasSubstr("npy of version 9"));
}

TEST(Npy, EveryTruncationIsRefusedAndNoneReadsBeyondTheFile) {
  const std::string file = Npy("<f4", "(2, 3)", std::string(24, 1));
  for (size_t size = 0; size < file.size(); ++size) NpyError(file.substr(0, size));
}

}  // namespace
}  // namespace mote::testing
