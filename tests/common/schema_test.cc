#include "common/schema.h"

#include <gtest/gtest.h>

#include "common/bytes.h"

namespace mote {
namespace {

Schema Features() { return {{{"x", DType::kF32, 61}, {"label", DType::kI64, 1}}}; }

TEST(Schema, StrideAddsUpTheColumns) {
  EXPECT_EQ(Features().Stride(), 61 * 4 + 8);
  EXPECT_EQ(Schema{}.Stride(), 0);
}

TEST(Schema, TextColumnsHaveNoStride) {
  EXPECT_EQ((Schema{{{"a", DType::kU8, 3}, {"t", DType::kText, 1}}}.Stride()), std::nullopt);
}

TEST(Schema, ColumnsAreFoundByName) {
  EXPECT_EQ(Features().Find("label"), 1u);
  EXPECT_EQ(Features().Find("Label"), std::nullopt);
}

TEST(Schema, ReadsAsMessagesShowIt) { EXPECT_EQ(Features().ToString(), "x:f32[61], label:i64"); }

TEST(Schema, EncodingIsReadBack) {
  const Schema all{{{"a", DType::kU8, 2}, {"", DType::kI64, 1}, {"é", DType::kF64, 9}, {"t", DType::kText, 1}}};
  EXPECT_EQ(*Schema::Decode(all.Encode()), all);
  EXPECT_EQ(*Schema::Decode(Schema{}.Encode()), Schema{});
}

TEST(Schema, EveryTruncationAndAnExtraByteAreInvalid) {
  const std::string bytes = Features().Encode();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(Schema::Decode(bytes.substr(0, size)).status().code(), absl::StatusCode::kInvalidArgument) << size;
  }
  EXPECT_EQ(Schema::Decode(bytes + "x").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Schema, ImpossibleColumnsAreInvalid) {
  for (const Column& column :
       {Column{"a", DType::kF32, 0}, Column{"a", DType::kF32, -1}, Column{"a", DType::kF64, (int64_t{1} << 32) + 1},
        Column{"a", DType::kText, 2}, Column{"a", static_cast<DType>(0), 1}, Column{"a", static_cast<DType>(6), 1}}) {
    EXPECT_FALSE(Schema::Decode(Schema{{column}}.Encode()).ok()) << column.width;
  }
}

TEST(Schema, CountBeyondTheBytesIsRefusedBeforeAnythingIsReserved) {
  std::string bytes = "MSC1";
  ByteWriter(&bytes).Put<uint32_t>(0xFFFFFFFF);
  EXPECT_FALSE(Schema::Decode(bytes).ok());
}

}  // namespace
}  // namespace mote
