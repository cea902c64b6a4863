// The files of MNIST as tables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/data/array_file.h"
#include "tests/testing/in_process.h"
#include "worker/engine/row_source.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

std::string IdxError(const std::string& file) { return ArrayError(file, "idx"); }

TEST(Idx, ImagesAreRowsOfTheirPixelsWhereTheyLie) {
  std::string pixels;
  for (int i = 0; i < 5 * 28 * 28; ++i) pixels += static_cast<char>(i * 7);
  const std::string file = Idx(0x08, {5, 28, 28}, pixels);
  for (const int64_t blob_bytes : {11, 1000, 1 << 20}) {
    InProcess cluster;
    const Output output = *cluster.Index(file, "idx", 1 << 20, blob_bytes);
    EXPECT_EQ(output.rows, 5);
    EXPECT_EQ(Schema::Decode(output.schema)->ToString(), "x:u8[784]");
    const auto source = *engine::RowSource::Open(output.content, cluster.context());
    std::string copy;
    EXPECT_EQ(*source->View({1, 4}, cluster.context(), &copy), pixels.substr(784, 3 * 784));
    EXPECT_EQ(copy.empty(), blob_bytes == 1 << 20);
  }
}

TEST(Idx, LabelsAreOneNumberARow) {
  InProcess cluster;
  const Output output = *cluster.Index(Idx(0x08, {3}, "\x05\x09\x02"), "idx");
  EXPECT_EQ(Schema::Decode(output.schema)->ToString(), "x:u8");
  EXPECT_EQ(NumbersOfTable(cluster.Rows(output)), (std::vector<double>{5, 9, 2}));
}

TEST(Idx, EveryTypeIsConvertedFromBigEndian) {
  const auto numbers = [](int type, uint32_t count, const std::string& data) {
    return NumbersOfFile(Idx(type, {count}, data), "idx");
  };
  EXPECT_EQ(numbers(0x09, 2, "\x80\x05"), (std::vector<double>{-128, 5}));
  EXPECT_EQ(numbers(0x0b, 2, "\x01\x02\xff\xff"), (std::vector<double>{258, -1}));
  EXPECT_EQ(numbers(0x0c, 2, BigEndian(70000, 4) + BigEndian(static_cast<uint32_t>(-70000), 4)),
            (std::vector<double>{70000, -70000}));
  EXPECT_EQ(numbers(0x0d, 1, BigEndian(0x3fc00000, 4)), (std::vector<double>{1.5}));
  EXPECT_EQ(numbers(0x0e, 1, BigEndian(0xbff8000000000000, 8)), (std::vector<double>{-1.5}));
}

TEST(Idx, AnArrayWithoutRowsIsATableWithoutRows) {
  InProcess cluster;
  EXPECT_EQ((*cluster.Index(Idx(0x08, {0, 28, 28}, ""), "idx")).rows, 0);
}

TEST(Idx, WhatIsNoSuchArrayIsRefused) {
  EXPECT_THAT(IdxError(""), HasSubstr("\"x.idx\" is empty"));
  EXPECT_THAT(IdxError("a,b\n1,2\n"), HasSubstr("\"x.idx\" is no idx file"));
  EXPECT_THAT(IdxError(Idx(0x0a, {1}, "a")), HasSubstr("is no idx file"));
  EXPECT_THAT(IdxError(Idx(0x08, {}, "")), HasSubstr("has no rows"));
  EXPECT_THAT(IdxError(Idx(0x08, {2, 3}, "abcde")), HasSubstr("has 17 bytes where its header says 18; it was cut off"));
  EXPECT_THAT(IdxError(Idx(0x08, {2, 3}, "abcdefg")), HasSubstr("one file holds one array"));
  EXPECT_THAT(IdxError(Idx(0x08, {2, 0}, "")), HasSubstr("rows without a number"));
  EXPECT_THAT(IdxError(Idx(0x0e, {0xffffffff, 0x100000}, "")), HasSubstr("it was cut off"));
  EXPECT_THAT(IdxError(Idx(0x0e, {0xffffffff, 0xffffffff, 0xffffffff}, "")), HasSubstr("rows of more than"));
  const std::string many(std::string("\0\0\x08\xff", 4) + std::string(40, '\1'));
  EXPECT_THAT(IdxError(many), HasSubstr("ends in its header, which says 255 dimensions"));
}

TEST(Idx, EveryTruncationIsRefused) {
  const std::string file = Idx(0x0b, {2, 1, 3}, std::string(12, 1));
  for (size_t size = 0; size < file.size(); ++size) IdxError(file.substr(0, size));
}

}  // namespace
}  // namespace mote::testing
