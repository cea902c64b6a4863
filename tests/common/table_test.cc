#include "common/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>

namespace mote {
namespace {

using ::testing::ElementsAre;

Schema Numbers() { return {{{"x", DType::kF32, 2}, {"n", DType::kI64, 1}, {"b", DType::kU8, 3}}}; }
Schema Texts() { return {{{"name", DType::kText, 1}, {"w", DType::kF64, 1}, {"note", DType::kText, 1}}}; }

Table TwoNumberRows() {
  TableBuilder builder(Numbers());
  for (const float x : {1.5f, -2.0f}) {
    const float pair[] = {x, 2 * x};
    builder.AddF32s(pair, 2);
    builder.AddI64(static_cast<int64_t>(x) - 1);
    builder.AddU8s("\xff_a");
  }
  return builder.Take();
}

Table TwoTextRows() {
  TableBuilder builder(Texts());
  builder.AddText("Ada");
  builder.AddF64(0.5);
  builder.AddText("");
  builder.AddText("");
  builder.AddF64(-1);
  builder.AddText("a,b");
  return builder.Take();
}

absl::StatusOr<TableView> Open(const Table& table) { return TableView::Open(table.schema, table.rows, table.bytes); }

TEST(Table, CellsOfFixedRowsAreReadBack) {
  const Table table = TwoNumberRows();
  const absl::StatusOr<TableView> view = Open(table);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->rows(), 2);
  EXPECT_EQ(view->Number(0, 0), 1.5);
  EXPECT_EQ(view->Number(1, 0, 1), -4.0);
  EXPECT_EQ(view->Number(1, 1), -3);
  EXPECT_EQ(view->Number(0, 2), 255);
  EXPECT_EQ(view->Cell(1, 2), "\xff_a");
  EXPECT_EQ(view->Row(0).size(), 19u);
}

TEST(Table, CellsOfRowsWithTextAreReadBack) {
  const Table table = TwoTextRows();
  const absl::StatusOr<TableView> view = Open(table);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->Text(0, 0), "Ada");
  EXPECT_EQ(view->Number(1, 1), -1);
  EXPECT_EQ(view->Text(1, 2), "a,b");
  EXPECT_EQ(view->Row(0).size(), 4u + 3 + 8 + 4);
}

TEST(Table, AllCellsOfARowEqualTheSingleOnes) {
  for (const Table& table : {TwoNumberRows(), TwoTextRows()}) {
    const TableView view = *Open(table);
    std::vector<std::string_view> cells;
    for (int64_t row = 0; row < view.rows(); ++row) {
      view.Cells(row, &cells);
      ASSERT_EQ(cells.size(), table.schema.columns.size());
      for (size_t column = 0; column < cells.size(); ++column) EXPECT_EQ(cells[column], view.Cell(row, column));
    }
  }
}

TEST(Table, ConcatenateByAppendingBytes) {
  Table table = TwoTextRows();
  table.bytes += TwoTextRows().bytes;
  table.rows *= 2;
  const absl::StatusOr<TableView> view = Open(table);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->Text(3, 2), "a,b");
}

TEST(TableBuilder, IsEmptyAgainAfterTake) {
  TableBuilder builder(Texts());
  builder.AddText("x");
  builder.AddF64(1);
  builder.AddText("y");
  EXPECT_EQ(builder.rows(), 1);
  EXPECT_EQ(builder.Take().rows, 1);
  EXPECT_EQ(builder.rows(), 0);
  EXPECT_EQ(builder.bytes(), 0);
  EXPECT_EQ(builder.Take(), (Table{Texts(), 0, ""}));
}

TEST(TableView, OtherSizesThanTheRowsAreInvalid) {
  for (const Table& table : {TwoNumberRows(), TwoTextRows()}) {
    for (size_t size = 0; size < table.bytes.size(); ++size) {
      EXPECT_EQ(TableView::Open(table.schema, 2, table.bytes.substr(0, size)).status().code(),
                absl::StatusCode::kInvalidArgument);
    }
    EXPECT_FALSE(TableView::Open(table.schema, 2, table.bytes + "x").ok());
    EXPECT_FALSE(TableView::Open(table.schema, 1, table.bytes).ok());
    EXPECT_FALSE(TableView::Open(table.schema, 3, table.bytes).ok());
  }
}

TEST(TableView, RowCountsThatOverflowAreInvalid) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const Schema eight{{{"n", DType::kI64, 1}}};
  EXPECT_FALSE(TableView::Open(eight, int64_t{1} << 61, "").ok());  // rows × 8 wraps to 0
  EXPECT_FALSE(TableView::Open(eight, kMax, "12345678").ok());
  EXPECT_FALSE(TableView::Open(eight, -1, "").ok());
  const Schema text{{{"t", DType::kText, 1}}};
  EXPECT_FALSE(TableView::Open(text, kMax, "").ok());
  EXPECT_FALSE(TableView::Open(text, -1, "").ok());
}

TEST(TableView, TextLengthBeyondTheBytesIsInvalid) {
  Table table = TwoTextRows();
  table.bytes[3] = '\x7f';  // the first text's length
  EXPECT_FALSE(Open(table).ok());
}

TEST(TableView, RowsWithoutColumnsHaveNoBytes) {
  const Schema none;
  const absl::StatusOr<TableView> view = TableView::Open(none, 5, "");
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->Row(4), "");
  EXPECT_FALSE(TableView::Open(none, 5, "x").ok());
}

TEST(TableBuilderDeathTest, CellOfTheWrongTypeOrWidthStopsTheProcess) {
  TableBuilder builder(Numbers());
  EXPECT_DEATH(builder.AddF64(1), "another type");
  EXPECT_DEATH(builder.AddF32(1), "another width");
}

TEST(TableBuilder, AWholeRowIsItsCells) {
  const Table cells = TwoNumberRows();
  const TableView view = *Open(cells);
  TableBuilder rows(Numbers());
  rows.Reserve(1);
  for (int64_t row = 0; row < cells.rows; ++row) rows.AddRow(view.Row(row));
  EXPECT_EQ(rows.Take(), cells);
}

TEST(TableBuilderDeathTest, ARowOfAnotherSizeStopsTheProcess) {
  TableBuilder builder(Numbers()), texts(Texts());
  EXPECT_DEATH(builder.AddRow("abc"), "another size");
  EXPECT_DEATH(texts.AddRow("abc"), "another size");
}

TEST(TableBuilderDeathTest, UnfinishedRowStopsTheProcess) {
  TableBuilder builder(Texts());
  builder.AddText("x");
  EXPECT_DEATH(builder.Take(), "lacks cells");
}

TEST(TableViewDeathTest, AccessPastTheEndStopsTheProcess) {
  const Table table = TwoNumberRows();
  const TableView view = *Open(table);
  EXPECT_DEATH(view.Row(2), "no such row");
  EXPECT_DEATH(view.Row(-1), "no such row");
  EXPECT_DEATH(view.Cell(0, 3), "no such column");
  EXPECT_DEATH(view.Number(0, 0, 2), "no such element");
}

}  // namespace
}  // namespace mote
