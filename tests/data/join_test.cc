// `join`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/prepare/join_columns.h"
#include "tests/data/prepare_run.h"
#include "worker/engine/join_side.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const char kSales[] = "id,country,price\n1,de,10\n2,fr,20\n3, de ,30\n4,,40\n5,xx,50\n6,fr,60\n";
const char kCountries[] = "country,name,zone\nfr,France,west\nde,Germany,mid\n,Nowhere,none\nit,Italy,south\n";

// Rows of text, cells parted by "|".
std::vector<std::string> LinesOf(InProcess& cluster, const Output& output) {
  const Table table = cluster.Rows(output);
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  std::vector<std::string> lines;
  std::vector<std::string_view> cells;
  for (int64_t row = 0; row < table.rows; ++row) {
    view.Cells(row, &cells);
    lines.push_back(absl::StrJoin(std::vector<std::string>(cells.begin(), cells.end()), "|"));
  }
  return lines;
}

std::vector<std::string> Joined(const std::string& input, const std::string& with, const Json& parameters,
                                int64_t rows_per_task = 2) {
  InProcess cluster;
  const absl::StatusOr<Output> output =
      RunWith(cluster, "join", *cluster.Index(input), *cluster.Index(with), parameters, rows_per_task);
  EXPECT_TRUE(output.ok()) << output.status();
  return output.ok() ? LinesOf(cluster, *output) : std::vector<std::string>();
}

std::string JoinError(const std::string& input, const std::string& with, const Json& parameters) {
  InProcess cluster;
  const absl::Status refused =
      RunWith(cluster, "join", *cluster.Index(input), *cluster.Index(with), parameters).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << refused;
  return std::string(refused.message());
}

TEST(Join, InnerKeepsTheRowsThatHaveAMatch) {
  EXPECT_THAT(
      Joined(kSales, kCountries, {{"on", "country"}}),
      ElementsAre("1|de|10|Germany|mid", "2|fr|20|France|west", "3| de |30|Germany|mid", "6|fr|60|France|west"));
}

TEST(Join, LeftKeepsAllRowsAndAMissingKeyMatchesNothing) {
  EXPECT_THAT(Joined(kSales, kCountries, {{"on", "country"}, {"how", "left"}}),
              ElementsAre("1|de|10|Germany|mid", "2|fr|20|France|west", "3| de |30|Germany|mid", "4||40||", "5|xx|50||",
                          "6|fr|60|France|west"));
  EXPECT_THAT(Joined("k\na\nb\n", "k,v\na,1\n", {{"on", "k"}, {"how", "left"}, {"missing", {"NA", ""}}}),
              ElementsAre("a|1", "b|NA"));
  EXPECT_THAT(Joined("k\na\n\"\"\nb\n", "k,v\n\"\",1\na,2\n", {{"on", "k"}, {"missing", Json::array()}}),
              ElementsAre("a|2", "|1"));
}

TEST(Join, MatchesComeInTheOrderOfTheOtherTableWhateverTheTasks) {
  std::string input = "i,k\n", with = "k,v\n";
  std::vector<std::string> expected;
  for (int v = 0; v < 300; ++v) absl::StrAppend(&with, "k", v % 50, ",", v, "\n");
  for (int i = 0; i < 200; ++i) {
    const int key = i * 7 % 60;
    absl::StrAppend(&input, i, ",k", key, "\n");
    for (int v = key; key < 50 && v < 300; v += 50) expected.push_back(absl::StrCat(i, "|k", key, "|", v));
  }
  for (const int64_t rows_per_task : {1, 7, 1000}) {
    EXPECT_EQ(Joined(input, with, {{"on", "k"}, {"matches_max", 6}}, rows_per_task), expected);
  }
}

TEST(Join, KeysMayBeSeveralColumnsOfOtherNames) {
  const std::string input = "a,b,x\n1,2,p\n12,,q\n1,3,r\n";
  const std::string with = "y,b,n\n1,3,three\n1,2,two\n12,?,none\n";
  EXPECT_THAT(Joined(input, with, {{"on", {{"a", "y"}, {"b", "b"}}}}), ElementsAre("1|2|p|two", "1|3|r|three"));
  EXPECT_THAT(Joined("a,b\n1,23\n12,3\n", "a,b,v\n12,3,x\n", {{"on", {"a", "b"}}}), ElementsAre("12|3|x"));
}

TEST(Join, AColumnOfBothSidesNeedsASuffix) {
  const std::string with = "country,price\nde,99\n";
  EXPECT_THAT(JoinError(kSales, with, {{"on", "country"}}),
              HasSubstr("with: both sides have a column \"price\"; set another suffix, such as suffix: _with"));
  InProcess cluster;
  const Output output = *RunWith(cluster, "join", *cluster.Index(kSales), *cluster.Index(with),
                                 {{"on", "country"}, {"suffix", "_listed"}});
  EXPECT_THAT(LinesOf(cluster, output), ElementsAre("1|de|10|99", "3| de |30|99"));
  EXPECT_EQ(cluster.Rows(output).schema.columns[3].name, "price_listed");
  EXPECT_THAT(JoinError("k,v,v2\n1,1,1\n", "k,v\n1,1\n", {{"on", "k"}, {"suffix", "2"}}),
              HasSubstr("both sides have a column \"v\" and one of them \"v2\""));
}

TEST(Join, AKeyThatIsNotUniqueMustBeAskedFor) {
  const std::string with = "country,name\nfr,France\nde,Germany\nfr,Frankreich\n";
  EXPECT_THAT(JoinError(kSales, with, {{"on", "country"}}),
              HasSubstr("with: country=\"fr\" is the key of row=0 and again of row=2; raise matches_max (now 1)"));
  EXPECT_THAT(Joined(kSales, with, {{"on", "country"}, {"matches_max", 2}}),
              ElementsAre("1|de|10|Germany", "2|fr|20|France", "2|fr|20|Frankreich", "3| de |30|Germany",
                          "6|fr|60|France", "6|fr|60|Frankreich"));
  EXPECT_THAT(JoinError(kSales, "country,name\nit,a\nit,b\nit,c\n", {{"on", "country"}, {"matches_max", 2}}),
              HasSubstr("country=\"it\" is the key of row=0 and again of row=2, the one number 3; raise matches_max"));
}

TEST(Join, WhatMakesNoSenseIsRefused) {
  EXPECT_THAT(JoinError(kSales, kCountries, {{"on", "contry"}}),
              HasSubstr("on: the input has no column \"contry\"; did you mean \"country\"?"));
  EXPECT_THAT(JoinError(kSales, kCountries, {{"on", {{"country", "nam"}}}}),
              HasSubstr("on: the table `with` has no column \"nam\"; did you mean \"name\"?"));
  EXPECT_THAT(JoinError(kSales, kCountries, {{"on", Json::array()}}), HasSubstr("on: names no column"));
  EXPECT_THAT(JoinError(kSales, kCountries, {{"on", {{"country", {1}}}}}), HasSubstr("on.country"));
  EXPECT_THAT(JoinError(kSales, kCountries, {{"on", "country"}, {"how", "outer"}}),
              HasSubstr("how: \"outer\" is neither inner nor left"));
  EXPECT_THAT(JoinError(kSales, kCountries, {{"on", "country"}, {"matches_max", 0}}), HasSubstr("matches_max: 0"));
  EXPECT_THAT(JoinError("k,v\n1,2\n3\n", "k,w\n1,2\n", {{"on", "k"}}), HasSubstr("line 3 has 1 column"));
  EXPECT_THAT(JoinError("k,v\n1,2\n", "k,w\n1,2\n3\n", {{"on", "k"}}), HasSubstr("line 3 has 1 column"));
}

TEST(Join, EmptyTablesHaveNoMatches) {
  EXPECT_THAT(Joined("k,v\n", kCountries, {{"on", {{"k", "country"}}}}), ElementsAre());
  EXPECT_THAT(Joined("k,v\n1,2\n", "k,w\n", {{"on", "k"}}), ElementsAre());
  EXPECT_THAT(Joined("k,v\n1,2\n", "k,w\n", {{"on", "k"}, {"how", "left"}}), ElementsAre("1|2|"));
}

// Rows {id: 0, 1, …; x: two numbers}.
Output Numbers(InProcess& cluster, int rows) {
  TableBuilder builder(Schema{{{"id", DType::kI64, 1}, {"x", DType::kF32, 2}}});
  for (int i = 0; i < rows; ++i) {
    const float x[] = {static_cast<float>(i), 0.5f};
    builder.AddI64(i);
    builder.AddF32s(x, 2);
  }
  return cluster.MakeTable(builder.Take(), 3);
}

TEST(Join, NumbersMatchTheirTextAndKeepTheirType) {
  InProcess cluster;
  const Output numbers = Numbers(cluster, 8);
  const Output texts = *cluster.Index("key,v\n7,g\n2,b\n9,i\n");
  const Table right = cluster.Rows(*RunWith(cluster, "join", numbers, texts, {{"on", {{"id", "key"}}}}, 3));
  EXPECT_EQ(right.schema.ToString(), "id:i64, x:f32[2], v:text");
  EXPECT_EQ(right.rows, 2);
  const Table left =
      cluster.Rows(*RunWith(cluster, "join", texts, numbers, {{"on", {{"key", "id"}}}, {"how", "left"}}));
  const TableView view = *TableView::Open(left.schema, left.rows, left.bytes);
  ASSERT_EQ(left.rows, 3);
  EXPECT_EQ(view.Number(0, 2, 0), 7);
  EXPECT_EQ(view.Number(1, 2, 1), 0.5);
  EXPECT_TRUE(std::isnan(view.Number(2, 2, 1)));
  EXPECT_THAT(std::string(RunWith(cluster, "join", numbers, numbers, {{"on", "x"}}).status().message()),
              HasSubstr("on: column \"x\" of the input holds 2 numbers a row; a key has one value"));
}

TEST(Join, WholeNumbersHaveNoneForMissing) {
  InProcess cluster;
  TableBuilder builder(Schema{{{"k", DType::kI64, 1}, {"n", DType::kI64, 1}}});
  builder.AddI64(1);
  builder.AddI64(2);
  const Output with = cluster.MakeTable(builder.Take(), 1);
  const Output input = *cluster.Index("k\n1\n");
  EXPECT_EQ(RunWith(cluster, "join", input, with, {{"on", "k"}})->rows, 1);
  EXPECT_THAT(std::string(RunWith(cluster, "join", input, with, {{"on", "k"}, {"how", "left"}}).status().message()),
              HasSubstr("column \"n\" of `with` holds whole numbers, of which none stands for missing"));
}

TEST(Join, WhatComesOfItCanBePrepared) {
  std::string input = "k,y\n", with = "k,v\n";
  for (int i = 0; i < 60; ++i) absl::StrAppend(&input, i % 6, ",", i % 2 == 0 ? "p" : "q", "\n");
  for (int k = 0; k < 5; ++k) absl::StrAppend(&with, k, ",", k * 10, "\n");
  InProcess cluster;
  const Output joined =
      *RunWith(cluster, "join", *cluster.Index(input), *cluster.Index(with), {{"on", "k"}, {"how", "left"}}, 7);
  const absl::StatusOr<Outputs> prepared =
      cluster.Run("prepare", {{"label", "y"}, {"standardize", "off"}}, {{"input", joined}});
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_EQ(FeatureOf(cluster, prepared->at("all"), 1)[4], 40);
  EXPECT_EQ(FeatureOf(cluster, prepared->at("all"), 1)[5], 20);  // no match: the median
}

TEST(JoinSide, ATableThatTakesTooMuchMemoryIsRefused) {
  InProcess cluster;
  const Output with = *cluster.Index(kCountries);
  const auto source = *engine::RowSource::Open(with.content, cluster.context());
  JoinOptions options;
  options.left_keys = options.right_keys = {"country"};
  const JoinColumns columns = *JoinColumns::Match({{{"country", DType::kText, 1}}}, source->dataset().schema, options);
  const auto read = [&](int64_t memory_max) {
    return engine::JoinSide::Read(*source, columns, options, memory_max, cluster.context()).status();
  };
  EXPECT_TRUE(read(1 << 20).ok());
  EXPECT_THAT(std::string(read(200).message()),
              ::testing::MatchesRegex("with: 4 of 4 rows take [0-9]+ bytes in memory.* at most 200;.*"));
}

TEST(Join, WholeFloatingPointKeysMatchWholeNumbersAndNoNumberMatchesNothing) {
  InProcess cluster;
  TableBuilder with({{{"id", DType::kF64, 1}, {"name", DType::kText, 1}}});
  const std::vector<std::pair<double, const char*>> rows = {
      {100000, "a"}, {0.5, "b"}, {std::nan(""), "c"}, {std::nan(""), "d"}, {-0.0, "e"}, {9007199254740994.0, "f"}};
  for (const auto& [id, name] : rows) {
    with.AddF64(id);
    with.AddText(name);
  }
  const Output input = *cluster.Index("id\n100000\n0.5\nnan\n0\n1e+05\n");
  const absl::StatusOr<Output> output =
      RunWith(cluster, "join", input, cluster.MakeTable(with.Take(), 4), {{"on", "id"}});
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_THAT(LinesOf(cluster, *output), ElementsAre("100000|a", "0.5|b", "0|e"));
}

}  // namespace
}  // namespace mote::testing
