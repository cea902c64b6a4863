// `filter` and `sample`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/data/prepare_run.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const char kPeople[] = "name,age,job,city\nAda,36,maths,London\nBo,17,,Rome\nCy,?,cook,\"a, b\"\nDi,70,cook,Rome\n";

absl::StatusOr<Output> RunOn(InProcess& cluster, const std::string& operation, const Json& parameters,
                             const Output& input, int64_t rows_per_task = 2) {
  coordinator::TaskShape tasks;
  tasks.rows = rows_per_task;
  absl::StatusOr<Outputs> outputs = cluster.Run(operation, parameters, {{"input", input}}, tasks);
  if (!outputs.ok()) return outputs.status();
  return outputs->at("result");
}

// The first cell of every row.
std::vector<std::string> Names(InProcess& cluster, const Output& output) {
  const Table table = cluster.Rows(output);
  if (table.rows == 0) return {};
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  std::vector<std::string> names;
  for (int64_t row = 0; row < table.rows; ++row) names.emplace_back(view.Text(row, 0));
  return names;
}

std::vector<std::string> Where(const Json& where) {
  InProcess cluster;
  const absl::StatusOr<Output> output = RunOn(cluster, "filter", {{"where", where}}, *cluster.Index(kPeople));
  EXPECT_TRUE(output.ok()) << output.status();
  return output.ok() ? Names(cluster, *output) : std::vector<std::string>();
}

TEST(Filter, KeepsTheRowsThatMeetEveryCondition) {
  EXPECT_THAT(Where({{"age", {{"min", 17}, {"max", 36}}}}), ElementsAre("Ada", "Bo"));
  EXPECT_THAT(Where({{"job", "cook"}}), ElementsAre("Cy", "Di"));
  EXPECT_THAT(Where({{"job", "cook"}, {"city", {{"in", {"Rome", "London"}}}}}), ElementsAre("Di"));
  EXPECT_THAT(Where({{"city", {{"not_in", {"Rome"}}}}}), ElementsAre("Ada", "Cy"));
  EXPECT_THAT(Where({{"age", {{"missing", true}}}}), ElementsAre("Cy"));
  EXPECT_THAT(Where({{"job", {{"missing", false}}}, {"age", {{"max", 50}}}}), ElementsAre("Ada"));
  EXPECT_THAT(Where({{"name", "nobody"}}), ElementsAre());
}

TEST(Filter, WhatMakesNoSenseIsRefused) {
  InProcess cluster;
  const auto error = [&](const Json& where) {
    return std::string(RunOn(cluster, "filter", {{"where", where}}, *cluster.Index(kPeople)).status().message());
  };
  EXPECT_THAT(error(Json::object()), HasSubstr("is not a map of columns to conditions"));
  EXPECT_THAT(error({{"ag", 3}}), HasSubstr("has no column \"ag\" of one value a row; did you mean \"age\"?"));
  EXPECT_THAT(error({{"age", {{"least", 3}}}}), HasSubstr("least"));
  EXPECT_THAT(error({{"age", {{"min", "x"}}}}), HasSubstr("where.age.min: \"x\" is not a number"));
}

TEST(Filter, ItsRowsCanBePrepared) {
  InProcess cluster;
  std::string text = "x,c,y\n";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&text, i, ",k", i % 3, ",", i % 2 == 0 ? "p" : "q", "\n");
  const Output half = *RunOn(cluster, "filter", {{"where", {{"x", {{"min", 50}}}}}}, *cluster.Index(text), 7);
  EXPECT_EQ(half.rows, 50);
  const absl::StatusOr<Outputs> prepared =
      cluster.Run("prepare", {{"label", "y"}, {"standardize", "off"}}, {{"input", half}});
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  const std::vector<float> x = FeatureOf(cluster, prepared->at("all"));
  ASSERT_EQ(x.size(), 50u);
  EXPECT_EQ(x.front(), 50);
  EXPECT_EQ(x.back(), 99);
}

TEST(Sample, DrawsSoManyRowsInTheirOrderWhateverTheTasks) {
  std::string text = "i\n";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&text, i + 100, "\n");
  InProcess cluster;
  const Output input = *cluster.Index(text);
  const std::vector<std::string> drawn = Names(cluster, *RunOn(cluster, "sample", {{"rows", 30}}, input, 7));
  EXPECT_EQ(drawn.size(), 30u);
  EXPECT_TRUE(std::is_sorted(drawn.begin(), drawn.end()));
  EXPECT_EQ(Names(cluster, *RunOn(cluster, "sample", {{"fraction", 0.3}}, input, 100)), drawn);
  EXPECT_NE(Names(cluster, *RunOn(cluster, "sample", {{"rows", 30}, {"seed", 2}}, input)), drawn);
  EXPECT_EQ(RunOn(cluster, "sample", {{"rows", 1000}}, input)->rows, 100);
  EXPECT_EQ(RunOn(cluster, "sample", {{"rows", 0}}, input)->rows, 0);
}

TEST(Sample, WhatMakesNoSenseIsRefused) {
  InProcess cluster;
  const Output input = *cluster.Index(kPeople);
  const auto error = [&](const Json& parameters) {
    return std::string(RunOn(cluster, "sample", parameters, input).status().message());
  };
  EXPECT_THAT(error(Json::object()), HasSubstr("set one of fraction"));
  EXPECT_THAT(error({{"fraction", 0.1}, {"rows", 3}}), HasSubstr("set one of fraction"));
  EXPECT_THAT(error({{"fraction", 1.5}}), HasSubstr("fraction: 1.5 is not in (0, 1]"));
  EXPECT_THAT(error({{"rows", -1}}), HasSubstr("rows: -1"));
}

}  // namespace
}  // namespace mote::testing
