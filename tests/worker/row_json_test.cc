#include "worker/engine/row_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace mote::engine {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<std::string> Line(const Table& table, DatasetFormat format) {
  const auto view = TableView::Open(table.schema, table.rows, table.bytes);
  return RowToJson(*view, 0, 12, format);
}

TEST(RowJson, CsvCellsAreTextInTheOrderOfTheHeader) {
  TableBuilder builder(Schema{{{"z", DType::kText, 1}, {"a", DType::kText, 1}}});
  builder.AddText("say \"hi\"");
  builder.AddText("7");
  EXPECT_EQ(*Line(builder.Take(), DatasetFormat::kCsv), R"({"z":"say \"hi\"","a":"7"})");
}

TEST(RowJson, NumericColumnsAreNumbersAndWideOnesLists) {
  TableBuilder builder(Schema{{{"x", DType::kF32, 2}, {"label", DType::kI64, 1}, {"p", DType::kF64, 1}}});
  const float x[] = {0.5f, -2.0f};
  builder.AddF32s(x, 2);
  builder.AddI64(3);
  builder.AddF64(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(*Line(builder.Take(), DatasetFormat::kRows), R"({"x":[0.5,-2.0],"label":3,"p":null})");
}

TEST(RowJson, JsonLinesPassAsTheyAreAndBadOnesNameTheirRow) {
  TableBuilder builder(Schema{{{"record", DType::kText, 1}}});
  builder.AddText(R"({"b": 1, "a": 2})");
  EXPECT_EQ(*Line(builder.Take(), DatasetFormat::kJsonl), R"({"b": 1, "a": 2})");
  builder.AddText("{oops");
  EXPECT_THAT(std::string(Line(builder.Take(), DatasetFormat::kJsonl).status().message()), HasSubstr("row 12"));
}

TEST(RowJson, TextThatIsNotUtf8IsAnErrorNotMangled) {
  TableBuilder builder(Schema{{{"line", DType::kText, 1}}});
  builder.AddText("\xff\xfe");
  const auto line = Line(builder.Take(), DatasetFormat::kText);
  EXPECT_TRUE(absl::IsInvalidArgument(line.status()));
  EXPECT_THAT(std::string(line.status().message()), HasSubstr("row 12"));
}

}  // namespace
}  // namespace mote::engine
