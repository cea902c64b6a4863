// Tensors of a safetensors file as columns of a table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/data/array_file.h"
#include "tests/testing/in_process.h"
#include "worker/engine/row_source.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

struct Tensor {
  std::string name;
  std::string dtype;
  std::vector<int64_t> shape;
  std::string bytes;
};

std::string WithHeader(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + header + data;
}

// The tensors lie in the order given.
std::string Safetensors(const std::vector<Tensor>& tensors) {
  Json header = Json::object();
  std::string data;
  for (const Tensor& tensor : tensors) {
    header[tensor.name] = {{"dtype", tensor.dtype},
                           {"shape", tensor.shape},
                           {"data_offsets", {data.size(), data.size() + tensor.bytes.size()}}};
    data += tensor.bytes;
  }
  return WithHeader(header.dump(), data);
}

// Three rows of each.
std::string Digits() {
  return Safetensors({{"pixels", "F32", {3, 2, 1}, BytesOf<float>({0.5, 1, 1.5, 2, 2.5, 3})},
                      {"label", "I64", {3}, BytesOf<int64_t>({7, 8, 9})},
                      {"inverted", "BOOL", {3, 1}, std::string("\0\1\0", 3)}});
}

std::string TensorError(const std::string& file, const std::vector<std::string>& tensors = {}) {
  return ArrayError(file, "safetensors", tensors.empty() ? Json::object() : Json{{"columns", tensors}});
}

std::vector<double> NumbersAs(const std::string& dtype, const std::string& bytes, int64_t count) {
  return NumbersOfFile(Safetensors({{"t", dtype, {count}, bytes}}), "safetensors");
}

TEST(SafetensorsInput, TensorsAreColumnsAndTheirFirstIndexTheRow) {
  for (const int64_t blob_bytes : {5, 100, 1 << 20}) {
    InProcess cluster;
    const Output output = *cluster.Index(Digits(), "safetensors", 1 << 20, blob_bytes);
    EXPECT_EQ(output.rows, 3);
    EXPECT_EQ(Schema::Decode(output.schema)->ToString(), "pixels:f32[2], label:i64, inverted:u8");
    EXPECT_EQ(NumbersOfTable(cluster.Rows(output)), (std::vector<double>{0.5, 1, 7, 0, 1.5, 2, 8, 1, 2.5, 3, 9, 0}));
    const auto source = *engine::RowSource::Open(output.content, cluster.context());
    EXPECT_EQ(NumbersOfTable(*source->Read({1, 2}, cluster.context())), (std::vector<double>{1.5, 2, 8, 1}));
  }
}

TEST(SafetensorsInput, TheJobChoosesAndOrdersColumns) {
  InProcess cluster;
  const Output output = *cluster.Index(Digits(), "safetensors", 1 << 20, 100, "x", {{"columns", {"label", "pixels"}}});
  EXPECT_EQ(Schema::Decode(output.schema)->ToString(), "label:i64, pixels:f32[2]");
  EXPECT_EQ(NumbersOfTable(cluster.Rows(output)), (std::vector<double>{7, 0.5, 1, 8, 1.5, 2, 9, 2.5, 3}));
}

TEST(SafetensorsInput, EveryTypeOfNumberKeepsItsValues) {
  EXPECT_EQ(NumbersAs("U8", "\x07\xff", 2), (std::vector<double>{7, 255}));
  EXPECT_EQ(NumbersAs("I8", "\x80\x05", 2), (std::vector<double>{-128, 5}));
  EXPECT_EQ(NumbersAs("I16", BytesOf<int16_t>({-300, 5}), 2), (std::vector<double>{-300, 5}));
  EXPECT_EQ(NumbersAs("U16", BytesOf<uint16_t>({65535}), 1), (std::vector<double>{65535}));
  EXPECT_EQ(NumbersAs("I32", BytesOf<int32_t>({-70000}), 1), (std::vector<double>{-70000}));
  EXPECT_EQ(NumbersAs("U32", BytesOf<uint32_t>({4000000000u}), 1), (std::vector<double>{4e9}));
  EXPECT_EQ(NumbersAs("F64", BytesOf<double>({0.1, -1e300}), 2), (std::vector<double>{0.1, -1e300}));
  EXPECT_EQ(NumbersAs("F16", BytesOf<uint16_t>({0x3e00, 0xfbff}), 2), (std::vector<double>{1.5, -65504}));
  // 1.5, −2, the least subnormal, the largest
  EXPECT_EQ(NumbersAs("BF16", BytesOf<uint16_t>({0x3fc0, 0xc000, 0x0001, 0x7f7f}), 4),
            (std::vector<double>{1.5, -2, std::ldexp(1.0, -133), std::ldexp(255.0, 120)}));
  EXPECT_TRUE(std::isnan(NumbersAs("BF16", BytesOf<uint16_t>({0x7fc0}), 1).at(0)));
}

TEST(SafetensorsInput, ARangeOfOneColumnOfFloatsIsNotCopied) {
  InProcess cluster;
  const Output output = *cluster.Index(Digits(), "safetensors", 1 << 20, 1 << 20, "x", {{"columns", {"pixels"}}});
  const auto source = *engine::RowSource::Open(output.content, cluster.context());
  std::string copy;
  EXPECT_EQ(*source->View({1, 3}, cluster.context(), &copy), BytesOf<float>({1.5, 2, 2.5, 3}));
  EXPECT_TRUE(copy.empty());
}

TEST(SafetensorsInput, TensorsWithoutRowsAreATableWithoutRows) {
  InProcess cluster;
  EXPECT_EQ((*cluster.Index(Safetensors({{"a", "F32", {0, 5}, ""}, {"b", "U8", {0}, ""}}), "safetensors")).rows, 0);
}

TEST(SafetensorsInput, TensorsOfDifferentRowsAreNamed) {
  const std::string file = Safetensors({{"w", "F32", {2, 1}, std::string(8, 0)},
                                        {"b", "F32", {1}, std::string(4, 0)},
                                        {"v", "U8", {2}, "ab"},
                                        {"s", "U8", {}, "a"}});
  EXPECT_THAT(TensorError(file),
              HasSubstr("\"x.safetensors\" has tensors of different first dimensions, where each row is one index of "
                        "it: w F32 [2, 1], b F32 [1], s U8 []; choose columns with tensors: [NAME, …]"));
  InProcess cluster;
  EXPECT_EQ((*cluster.Index(file, "safetensors", 1 << 20, 100, "x", {{"columns", {"v", "w"}}})).rows, 2);
  std::vector<Tensor> many = {{"first", "U8", {1}, "a"}};
  for (int i = 0; i < 20; ++i) many.push_back({absl::StrCat("t", i), "U8", {2}, "ab"});
  EXPECT_THAT(TensorError(Safetensors(many)), HasSubstr("t6 U8 [2] and 13 more;"));
}

TEST(SafetensorsInput, TensorsThatAreNoColumnsAreRefused) {
  EXPECT_THAT(TensorError(Digits(), {"labels"}),
              HasSubstr("has no tensor \"labels\", which `tensors` names; did you mean \"label\"?"));
  EXPECT_THAT(TensorError(Digits(), {"label", "label"}), HasSubstr("list each column once"));
  EXPECT_THAT(TensorError(Safetensors({})), HasSubstr("has no tensor"));
  EXPECT_THAT(TensorError(Safetensors({{"s", "F32", {}, std::string(4, 0)}})), HasSubstr("of shape () has no rows"));
  EXPECT_THAT(TensorError(Safetensors({{"u", "U64", {1}, std::string(8, 0)}})),
              HasSubstr("has the tensor u U64 [1], whose type no column has"));
  EXPECT_THAT(TensorError(Safetensors({{"e", "F32", {2, 0}, ""}})), HasSubstr("rows without a number"));
  const std::string half((int64_t{1} << 20) - 1, 'a');
  EXPECT_THAT(TensorError(Safetensors({{"a", "U8", {1, (1 << 20) - 1}, half}, {"b", "U8", {1, 2}, "ab"}})),
              HasSubstr("has rows of more than 1048576 numbers in all"));
  InProcess cluster;
  EXPECT_THAT(std::string(cluster.Index("x", "npy", 1, 1, "x.npy", {{"columns", {"a"}}}).status().message()),
              HasSubstr("columns: a file of npy says itself what they are"));
}

TEST(SafetensorsInput, HostileHeadersAreRefused) {
  EXPECT_THAT(TensorError(""), HasSubstr("\"x.safetensors\" is empty"));
  EXPECT_THAT(TensorError("a,b\n1,2\n"), HasSubstr("\"x.safetensors\" is not a safetensors file: a header of"));
  EXPECT_THAT(TensorError(WithHeader("{]", "")), HasSubstr("its header is not JSON"));
  EXPECT_THAT(
      TensorError(WithHeader(R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", "")),
      HasSubstr("its shape overflows"));
  EXPECT_THAT(TensorError(WithHeader(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                     R"("b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                                     "a")),
              HasSubstr("\"b\" starts at byte 0"));
  EXPECT_THAT(TensorError(WithHeader(R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})", "a")),
              HasSubstr("the file is truncated"));
  const std::string padding(5 << 20, ' ');
  EXPECT_THAT(TensorError(WithHeader("{}" + padding, "")),
              HasSubstr("has a header of 5242890 bytes; 4194304 are read"));
}

TEST(SafetensorsInput, EveryTruncationIsRefused) {
  const std::string file = Digits();
  for (size_t size = 0; size < file.size(); ++size) TensorError(file.substr(0, size));
}

}  // namespace
}  // namespace mote::testing
