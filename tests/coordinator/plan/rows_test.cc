#include "coordinator/plan/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json.h"
#include "tests/coordinator/plan/planning.h"

namespace mote::coordinator {
namespace {

using ::testing::HasSubstr;

TEST(CutRows, DefaultIsTheOperations) { EXPECT_EQ(*CutRows({}, TableOf(1000, 80000), 64), (RowCut{64, 16})); }

TEST(CutRows, RowsAreTakenAsTheyStand) {
  EXPECT_EQ(*CutRows({.rows = 300}, TableOf(1000, 80000), 64), (RowCut{300, 4}));
}

TEST(CutRows, BytesBecomeRowsByTheTablesMeanRow) {
  EXPECT_EQ(*CutRows({.bytes = 800}, TableOf(1000, 80000), 64), (RowCut{10, 100}));
}

TEST(CutRows, BytesBelowOneRowStillReadARow) {
  EXPECT_EQ(*CutRows({.bytes = 1}, TableOf(1000, 80000), 64), (RowCut{1, 1000}));
}

TEST(CutRows, CountIsAnUpperBound) {
  EXPECT_EQ(*CutRows({.count = 6}, TableOf(10, 100), 64), (RowCut{2, 5}));
  EXPECT_EQ(*CutRows({.count = 50}, TableOf(10, 100), 64), (RowCut{1, 10}));
}

TEST(CutRows, EmptyTableIsOneTaskWithoutRows) {
  EXPECT_EQ(CutRows({}, TableOf(0, 0), 64)->task_count, 1);
  EXPECT_EQ(CutRows({.count = 8}, TableOf(0, 0), 64)->task_count, 1);
  EXPECT_EQ(CutRows({.bytes = 8}, TableOf(0, 0), 64)->task_count, 1);
}

TEST(CutRows, TwoShapesAtOnceAreRefused) {
  const auto cut = CutRows({.rows = 1, .count = 2}, TableOf(10, 100), 64);
  EXPECT_EQ(cut.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(cut.status()), HasSubstr("rows=1, bytes=0, count=2 contradict each other; set one"));
}

TEST(CutRows, NegativeNumberIsNamed) {
  EXPECT_THAT(Message(CutRows({.bytes = -4}, TableOf(10, 100), 64).status()), HasSubstr("tasks.bytes: -4"));
}

TEST(CountTasks, RowsWithoutInputAreRefusedWithTheRemedy) {
  EXPECT_THAT(Message(CountTasks({.rows = 4}, 1).status()), HasSubstr("tasks.rows: this operation has no input"));
  EXPECT_THAT(Message(CountTasks({.bytes = 4}, 1).status()), HasSubstr("set tasks: {count: n}"));
}

TEST(CountTasks, CountWinsOverTheDefault) {
  EXPECT_EQ(*CountTasks({.count = 7}, 3), 7);
  EXPECT_EQ(*CountTasks({}, 3), 3);
}

TEST(TableInput, ReportIsNotATable) {
  Output report = TableOf(0, 0);
  report.kind = OutputKind::kDocument;
  const std::map<std::string, Output> inputs = {{"input", report}};
  const Json parameters = Json::object();
  const PlanContext context{"s", parameters, {}, {}, inputs, "", {}};
  EXPECT_THAT(Message(TableInput(context).status()), HasSubstr("input: is a report"));
  EXPECT_THAT(Message(TableInput(context, "validate").status()), HasSubstr("validate: missing"));
}

TEST(TableSchema, ColumnsAreReadWhereverTheDescriptorIs) {
  const Schema schema{{{"label", DType::kI64, 1}}};
  Output table = TableOf(0, 0);
  table.content = {"", ArtifactRef{Sha256("descriptor"), 5'000'000, true}};
  table.schema = schema.Encode();
  const auto read = TableSchema(table);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, schema);
}

TEST(TableSchema, OtherBytesAndTooManyColumnsAreErrors) {
  Output table = TableOf(0, 0);
  EXPECT_EQ(TableSchema(table).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(Message(TableSchema(table, "validate").status()), HasSubstr("validate: has so many columns"));
  table.schema = "other bytes";
  EXPECT_EQ(TableSchema(table).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace mote::coordinator
