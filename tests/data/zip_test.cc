// `zip`: tables side by side, as files of arrays need it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "coordinator/plan/registry.h"
#include "tests/data/array_file.h"
#include "tests/data/prepare_run.h"
#include "tests/data/random_table.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Five images of four pixels, and what they show.
Output Images(InProcess& cluster) {
  std::string pixels;
  for (int i = 0; i < 5 * 4; ++i) pixels += static_cast<char>(i * 5);
  return *cluster.Index(Idx(0x08, {5, 2, 2}, pixels), "idx", 1 << 20, 7);
}
Output Labels(InProcess& cluster) { return *cluster.Index(Idx(0x08, {5}, "\x05\x09\x02\x02\x01"), "idx", 1 << 20, 7); }

std::string ZipError(const std::string& input, const std::string& with, const Json& parameters = Json::object()) {
  InProcess cluster;
  const absl::Status refused =
      RunWith(cluster, "zip", *cluster.Index(input), *cluster.Index(with), parameters).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << refused;
  return std::string(refused.message());
}

TEST(Zip, ImagesAndTheirLabelsBecomeATableToTrainOn) {
  InProcess cluster;
  const Json asked{{"rename", {{"x", "label"}}}, {"types", {{"label", "i64"}}}, {"divide", {{"x", 255}}}};
  for (const int64_t rows_per_task : {1, 2, 100}) {
    const auto zipped = RunWith(cluster, "zip", Images(cluster), Labels(cluster), asked, rows_per_task);
    ASSERT_TRUE(zipped.ok()) << zipped.status();
    const Table table = cluster.Rows(*zipped);
    EXPECT_EQ(table.schema.ToString(), "x:f32[4], label:i64");
    ASSERT_EQ(table.rows, 5);
    const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
    for (int64_t row = 0; row < 5; ++row) {
      for (int64_t i = 0; i < 4; ++i) {
        EXPECT_EQ(static_cast<float>(view.Number(row, 0, i)), static_cast<float>((row * 4 + i) * 5 / 255.0));
      }
    }
    EXPECT_EQ(view.Number(1, 1), 9);
    EXPECT_EQ(view.Number(4, 1), 1);
  }
}

TEST(Zip, TasksAreCutByTheRowsOfBothTables) {
  InProcess cluster;
  const std::string pixels(4096 * 784, '\x07'), labels(4096, '\x01');
  const Output images = *cluster.Index(Idx(0x08, {4096, 28, 28}, pixels), "idx");
  const Output classes = *cluster.Index(Idx(0x08, {4096}, labels), "idx");
  const auto tasks_of = [](const Output& input, const Output& with, const Json& more) {
    Json parameters{{"with", "other"}, {"rename", {{"x", "y"}}}, {"types", Json::object()}, {"divide", Json::object()}};
    parameters.update(more);
    const std::map<std::string, Output> inputs{{"input", input}, {"with", with}};
    const auto step = coordinator::BuiltinPlanners().Find("zip")->Next({"work", parameters, {}, {}, inputs, "", {}});
    EXPECT_TRUE(step.ok()) << step.status();
    return step.ok() ? step->passes.at(0).task_count : 0;
  };
  EXPECT_EQ(tasks_of(classes, images, Json::object()), 4) << "rows of 785 bytes";
  EXPECT_EQ(tasks_of(images, classes, Json::object()), 4);
  EXPECT_EQ(tasks_of(images, classes, {{"divide", {{"x", 255}}}}), 13) << "rows of 3137 bytes";
}

TEST(Zip, TextsStandBesideTextsAsTheyAre) {
  InProcess cluster;
  const RandomTable left = MakeRandomTable(60, 5), right = MakeRandomTable(60, 6);
  Json rename;
  for (const std::string& name : right.names) rename[name] = name + "2";
  const auto zipped = RunWith(cluster, "zip", *cluster.Index(left.text, "csv", 97, 1000),
                              *cluster.Index(right.text, "csv", 97, 1000), {{"rename", rename}}, 7);
  ASSERT_TRUE(zipped.ok()) << zipped.status();
  const auto rows = TextCells(cluster.Rows(*zipped));
  ASSERT_EQ(rows.size(), 60u);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::vector<std::string> want = left.rows[i];
    want.insert(want.end(), right.rows[i].begin(), right.rows[i].end());
    EXPECT_EQ(rows[i], want);
  }
}

TEST(Zip, TextsBecomeNumbersWhereATypeIsAsked) {
  InProcess cluster;
  const auto zipped =
      RunWith(cluster, "zip", Images(cluster), *cluster.Index("kind,n\na,1\nb, 2\nc,9007199254740993\nd,4\ne,-5\n"),
              {{"types", {{"n", "i64"}, {"x", "f64"}}}});
  ASSERT_TRUE(zipped.ok()) << zipped.status();
  const Table table = cluster.Rows(*zipped);
  EXPECT_EQ(table.schema.ToString(), "x:f64[4], kind:text, n:i64");
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  EXPECT_EQ(view.Number(1, 2), 2);
  EXPECT_EQ(view.Number(4, 2), -5);
  int64_t exact = 0;
  std::memcpy(&exact, view.Cell(2, 2).data(), sizeof(exact));
  EXPECT_EQ(exact, 9007199254740993) << "which no double is";
  EXPECT_EQ(view.Text(2, 1), "c");
}

TEST(Zip, TablesThatDoNotFitAreRefused) {
  EXPECT_THAT(ZipError("a\n1\n2\n", "b\n1\n"), HasSubstr("the table has 1 rows and the input 2"));
  EXPECT_THAT(ZipError("a\n1\n", "a\n2\n"),
              HasSubstr("two columns are called \"a\"; give those of `with` other names"));
  EXPECT_THAT(ZipError("a\n1\n", "b\n2\n", {{"rename", {{"c", "d"}}}}), HasSubstr("`with` has no column \"c\""));
  EXPECT_THAT(ZipError("a\n1\n", "b\n2\n", {{"types", {{"labels", "i64"}}}}), HasSubstr("no column \"labels\""));
  EXPECT_THAT(ZipError("a\n1\n", "b\n2\n", {{"types", {{"b", "int"}}}}), HasSubstr("\"int\" is not u8, i64"));
  EXPECT_THAT(ZipError("a\n1\n", "b\n2\n", {{"divide", {{"b", 0}}}}), HasSubstr("divide.b"));
  EXPECT_THAT(ZipError("a\n1\n", "b\n2\n", {{"rename", {{"b", ""}}}}), HasSubstr("needs a name"));
}

TEST(Zip, ValuesThatATypeDoesNotHaveNameTheirRow) {
  const auto typed = [](const char* type) { return Json{{"types", {{"b", type}}}}; };
  EXPECT_THAT(ZipError("a\n1\n2\n3\n", "b\n1\n2\nx\n", typed("i64")),
              HasSubstr("row=2: column \"b\": \"x\" is no number"));
  EXPECT_THAT(ZipError("a\n1\n", "b\n2.5\n", typed("i64")), HasSubstr("2.5 is no number of i64"));
  EXPECT_THAT(ZipError("a\n1\n", "b\n256\n", typed("u8")), HasSubstr("256 is no number of u8"));
  EXPECT_THAT(ZipError("a\n1\n", "b\n1e30\n", typed("i64")), HasSubstr("is no number of i64"));
  EXPECT_THAT(ZipError("a\n1\n", "b\n1e300\n", typed("f32")), HasSubstr("is no number of f32"));
}

}  // namespace
}  // namespace mote::testing
