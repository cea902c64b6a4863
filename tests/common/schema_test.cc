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

Schema Labels(std::vector<std::string> classes) { return {{{"label", DType::kI64, 1, std::move(classes)}}}; }

TEST(Schema, NamesOfClassesAreReadBackAndShown) {
  const Schema named = Labels({"good", "", "bad"});
  EXPECT_EQ(*Schema::Decode(named.Encode()), named);
  EXPECT_NE(named, Labels({"good", "bad", ""}));
  EXPECT_NE(named, Labels({}));
  EXPECT_EQ(Labels({"good", "bad"}).ToString(), "label:i64(good, bad)");
  EXPECT_EQ(Labels({"0", "1", "2", "3", "4", "5", "6", "7", "8"}).ToString(), "label:i64(0, 1, 2, 3, 4, 5, 6, 7, …)");
}

TEST(Schema, NamesOfClassesCostTheirBytesAndNothingWhereThereAreNone) {
  EXPECT_EQ(Labels({}).Encode().size(), 4u + 4u + (4u + 5u) + 1u + 8u);
  EXPECT_EQ(Labels({"good", "bad"}).Encode().size(), Labels({}).Encode().size() + 4u + (4u + 4u) + (4u + 3u));
}

TEST(Schema, NamesOfClassesWhereTheyCannotBeAreInvalid) {
  const auto ok = [](const Column& column) { return Schema::Decode(Schema{{column}}.Encode()).ok(); };
  EXPECT_TRUE(ok({"a", DType::kI64, 1, {"x"}}));
  EXPECT_FALSE(ok({"a", DType::kI64, 2, {"x"}}));
  EXPECT_TRUE(ok({"a", DType::kF32, 2, {"x", "y"}}));
  EXPECT_FALSE(ok({"a", DType::kF32, 2, {"x"}}));
  EXPECT_FALSE(ok({"a", DType::kF64, 1, {"x"}}));
  EXPECT_TRUE(ok({"a", DType::kI64, 1, {std::string(kClassNamesBytesMax - 4, 'x')}}));
  EXPECT_FALSE(ok({"a", DType::kI64, 1, {std::string(kClassNamesBytesMax - 3, 'x')}}));
  const std::string bytes = Labels({"good", "bad"}).Encode();
  for (size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(Schema::Decode(bytes.substr(0, size)).ok()) << size;
}

TEST(Schema, LongListsOfClassesAreNotCarried) {
  EXPECT_EQ(CarriedClasses({"a", "b"}), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(CarriedClasses(std::vector<std::string>(1000, "class")), std::vector<std::string>());
}

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
