// Outliers, imputation by column, encodings, scales, groups and limits of `prepare`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/philox.h"
#include "common/prepare/cleaning.h"
#include "tests/data/prepare_run.h"

namespace mote::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;
using ::testing::SizeIs;

// One column of numbers and a label; "" is missing.
std::string TextOf(const std::vector<std::string>& cells) {
  std::string text = "x,y\n";
  for (size_t i = 0; i < cells.size(); ++i) absl::StrAppend(&text, cells[i], ",", i % 2 == 0 ? "p" : "q", "\n");
  return text;
}

std::vector<float> Prepared(const std::vector<std::string>& cells, Json parameters) {
  InProcess cluster;
  parameters["label"] = "y";
  return FeatureOf(cluster, Prepare(cluster, TextOf(cells), parameters, 3).at("all"));
}

std::string CleaningError(const std::string& text, Json parameters) {
  InProcess cluster;
  parameters["label"] = "y";
  const absl::StatusOr<Outputs> outputs = cluster.Run("prepare", parameters, {{"input", *cluster.Index(text)}});
  EXPECT_EQ(outputs.status().code(), absl::StatusCode::kInvalidArgument) << outputs.status();
  return std::string(outputs.status().message());
}

double QuantileOf(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const double at = q * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(at);
  return values[low] + (values[std::min(low + 1, values.size() - 1)] - values[low]) * (at - std::floor(at));
}

struct Case {
  std::string rule, fate, scale;
};

// Outliers by the training values, then the median for what is missing, then the scale.
std::vector<float> PlainlyPrepared(const std::vector<std::string>& cells, const Case& c) {
  std::vector<double> known;
  double number = 0;
  for (const std::string& cell : cells) {
    if (absl::SimpleAtod(cell, &number)) known.push_back(number);
  }
  double low = 0, high = 0, mean = 0, squares = 0;
  for (const double value : known) mean += value / static_cast<double>(known.size());
  for (const double value : known) squares += (value - mean) * (value - mean) / static_cast<double>(known.size());
  if (c.rule == "iqr") {
    const double range = QuantileOf(known, 0.75) - QuantileOf(known, 0.25);
    low = QuantileOf(known, 0.25) - 1.5 * range;
    high = QuantileOf(known, 0.75) + 1.5 * range;
  } else {
    low = mean - 1.5 * std::sqrt(squares);
    high = mean + 1.5 * std::sqrt(squares);
  }
  std::vector<double> treated;  // NaN: missing
  std::vector<double> present;
  for (const std::string& cell : cells) {
    double value = std::nan("");
    if (absl::SimpleAtod(cell, &number)) value = number;
    if (value < low || value > high) {
      if (c.fate == "drop") continue;
      value = c.fate == "missing" ? std::nan("") : std::clamp(value, low, high);
    }
    treated.push_back(value);
    if (!std::isnan(value)) present.push_back(value);
  }
  const double median = QuantileOf(present, 0.5);
  std::vector<double> filled;
  for (const double value : treated) filled.push_back(std::isnan(value) ? median : value);
  double center = 0, scale = 0;
  if (c.scale == "z_score") {
    for (const double value : filled) center += value / static_cast<double>(filled.size());
    for (const double value : filled) scale += (value - center) * (value - center) / static_cast<double>(filled.size());
    scale = std::sqrt(scale);
  } else if (c.scale == "min_max") {
    center = *std::min_element(filled.begin(), filled.end());
    scale = *std::max_element(filled.begin(), filled.end()) - center;
  } else {
    center = median;
    scale = QuantileOf(present, 0.75) - QuantileOf(present, 0.25);
  }
  std::vector<float> x;
  for (const double value : filled) x.push_back(static_cast<float>((value - center) / scale));
  return x;
}

TEST(PrepareCleaning, EqualsThePlainComputationForEveryRuleFateAndScale) {
  const Philox random(7, 1);
  std::vector<std::string> cells;
  for (uint64_t i = 0; i < 60; ++i) {
    const double value = random.Normal(i) * (i % 9 == 0 ? 30 : 1);
    cells.push_back(i % 7 == 3 ? "" : absl::StrCat(value));
  }
  for (const std::string rule : {"iqr", "z_score"}) {
    for (const std::string fate : {"clip", "missing", "drop"}) {
      for (const std::string scale : {"z_score", "min_max", "robust"}) {
        SCOPED_TRACE(absl::StrCat(rule, " ", fate, " ", scale));
        const Json parameters = {{"outliers", {{rule, 1.5}, {"then", fate}}}, {"standardize", scale}};
        EXPECT_THAT(Prepared(cells, parameters),
                    Pointwise(FloatNear(1e-5f), PlainlyPrepared(cells, {rule, fate, scale})));
      }
    }
  }
}

TEST(PrepareCleaning, OutliersAreCountedAndDroppedRowsAreKeptWithReasonAndPlace) {
  const std::vector<std::string> cells = {"1", "2", "3", "4", "5", "6", "7", "1000"};
  InProcess cluster;
  const Outputs clipped = Prepare(cluster, TextOf(cells), {{"label", "y"}, {"outliers", {{"iqr", 1.5}}}}, 3);
  EXPECT_EQ(DocumentOf(clipped.at("quality"))["columns"][0]["outliers"], 1);
  EXPECT_EQ(clipped.at("quarantined").rows, 0);
  const Outputs dropped =
      Prepare(cluster, TextOf(cells), {{"label", "y"}, {"outliers", {{"iqr", 1.5}, {"then", "drop"}}}}, 3);
  EXPECT_EQ(dropped.at("all").rows, 7);
  const Table table = cluster.Rows(dropped.at("quarantined"));
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  ASSERT_EQ(table.rows, 1);
  EXPECT_EQ(view.Number(0, 0), 7);
  EXPECT_EQ(view.Number(0, 1), 9);  // its line
  EXPECT_EQ(view.Text(0, 2), "a value is an outlier");
  EXPECT_EQ(view.Text(0, 3), "1000,q");
}

TEST(PrepareCleaning, QuarantinedRecordsAreTheirRowsAsCsv) {
  InProcess cluster;
  const Outputs outputs =
      Prepare(cluster, "x,c,y\n1,a,p\n2,\"b,\"\"\n\",q,9\n3,a,q\n4,a,\n", {{"label", "y"}, {"on_bad_row", "skip"}}, 2);
  const Table table = cluster.Rows(outputs.at("quarantined"));
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  ASSERT_EQ(table.rows, 2);
  EXPECT_EQ(view.Text(0, 3), "2,\"b,\"\"\n\",q,9");
  EXPECT_EQ(view.Text(1, 2), "label is missing");
}

TEST(PrepareCleaning, ImputesColumnByColumn) {
  const std::string text = "a,b,c,y\n1,10,u,p\n3,,v,q\n,30,,p\n5,50,v,q\n";
  InProcess cluster;
  const Json impute = {{"default", "median"}, {"columns", {{"b", {{"constant", -1}}}, {"c", {{"constant", "none"}}}}}};
  const Outputs outputs = Prepare(cluster, text, {{"label", "y"}, {"impute", impute}, {"standardize", "off"}}, 2);
  EXPECT_THAT(FeatureOf(cluster, outputs.at("all"), 0), ElementsAre(1, 3, 3, 5));
  EXPECT_THAT(FeatureOf(cluster, outputs.at("all"), 1), ElementsAre(10, -1, 30, 50));
  EXPECT_EQ(DocumentOf(outputs.at("fitted"))["features"], Json({"a", "b", "c=none", "c=u", "c=v"}));
  EXPECT_THAT(FeatureOf(cluster, outputs.at("all"), 2), ElementsAre(0, 0, 1, 0));
  const Json drops = {{"default", "mean"}, {"columns", {{"b", "drop"}}}};
  const Outputs dropped = Prepare(cluster, text, {{"label", "y"}, {"impute", drops}, {"standardize", "off"}}, 2);
  EXPECT_THAT(FeatureOf(cluster, dropped.at("all"), 0), ElementsAre(1, 3, 5));
  EXPECT_THAT(CleaningError(text, {{"impute", {{"columns", {{"a", {{"constant", "x"}}}}}}}}),
              HasSubstr("column \"a\" is one of numbers, and the constant \"x\" is none"));
  EXPECT_THAT(CleaningError(text, {{"impute", {{"columns", {{"d", "mean"}}}}}}),
              HasSubstr("impute.columns: the input has no column \"d\""));
  EXPECT_THAT(CleaningError(text, {{"impute", {{"colums", {{"a", "mean"}}}}}}), HasSubstr("colums"));
}

TEST(PrepareCleaning, CategoriesBecomePlacesOrHashes) {
  const std::string text = "size,shop,y\nlarge,a,p\nsmall,b,q\nmedium,c,p\n,,q\nsmall,d,q\n";
  InProcess cluster;
  const auto features = [&](const Json& more, int64_t feature) {
    Json parameters = {{"label", "y"}};
    parameters.update(more);
    return FeatureOf(cluster, Prepare(cluster, text, parameters, 2).at("all"), feature);
  };
  EXPECT_THAT(features({{"ordinal", {"size"}}}, 0), ElementsAre(0, 2, 1, 2, 2));
  EXPECT_THAT(features({{"ordinal", {{"size", {"small", "medium", "large"}}}}}, 0), ElementsAre(2, 0, 1, 0, 0));
  for (int64_t bucket = 0; bucket < 3; ++bucket) {
    std::vector<float> expected;
    for (const std::string shop : {"a", "b", "c", "", "d"}) {
      expected.push_back(!shop.empty() && HashBucket(shop, 3) == bucket ? 1.0f : 0.0f);
    }
    EXPECT_EQ(features({{"hash", {{"shop", 3}}}, {"one_hot", "off"}}, bucket), expected);
  }
  EXPECT_THAT(CleaningError(text, {{"ordinal", {{"size", {"small", "large"}}}}}),
              HasSubstr("ordinal.size: \"medium\""));
  EXPECT_THAT(CleaningError(text, {{"ordinal", {"size"}}, {"hash", {{"size", 3}}}}),
              HasSubstr("hash: column \"size\" is named in ordinal too"));
  EXPECT_THAT(CleaningError(text, {{"hash", {{"shop", 0}}}}), HasSubstr("hash.shop: 0"));
  EXPECT_THAT(CleaningError(text, {{"ordinal", {"y"}}}), HasSubstr("\"y\" is the label"));
}

TEST(PrepareCleaning, TheHashOfACategoryNeverChanges) {
  EXPECT_EQ(HashBucket("", 1 << 16), 59547);
  EXPECT_EQ(HashBucket("merchant 17", 64), 47);
}

TEST(PrepareCleaning, AHundredThousandCategoriesAreRefusedWithTheWayOutAndHashed) {
  std::string text = "shop,y\n";
  for (int i = 0; i < 100000; ++i) absl::StrAppend(&text, "shop", i, ",", i % 2 == 0 ? "p" : "q", "\n");
  EXPECT_THAT(CleaningError(text, {}),
              HasSubstr("too many distinct values to one-hot encode (at most 1000, and those of all columns "
                        "together 60 KiB); add it to "
                        "drop_columns, or hash it: hash: {shop: 64}"));
  InProcess cluster;
  const absl::StatusOr<Output> input = cluster.Index(text);
  const absl::StatusOr<Outputs> outputs =
      cluster.Run("prepare", {{"label", "y"}, {"hash", {{"shop", 64}}}}, {{"input", *input}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(outputs->at("all").rows, 100000);
}

TEST(PrepareCleaning, TypeErrorsInAColumnOfNumbersAreMissing) {
  EXPECT_THAT(Prepared({"1", "two", "3"}, {{"numbers", {"x"}}, {"standardize", "off"}}), ElementsAre(1, 2, 3));
}

TEST(PrepareCleaning, ARowThatIsDroppedForOneColumnIsNoPartOfTheStatisticsOfOthers) {
  const std::string text = "x,z,y\n1,1,p\n2,2,q\nthree,300,p\n3,3,q\n1000,400,p\n2,2,q\n";
  InProcess cluster;
  const Json parameters = {{"label", "y"},
                           {"impute", "drop"},
                           {"numbers", {"x"}},
                           {"outliers", {{"z_score", 1.5}, {"then", "missing"}, {"columns", {"x"}}}}};
  const Outputs outputs = Prepare(cluster, text, parameters, 2);
  EXPECT_EQ(outputs.at("all").rows, 4);
  EXPECT_EQ(DocumentOf(outputs.at("fitted"))["columns"][1]["max"], 3);
  EXPECT_EQ(DocumentOf(outputs.at("fitted"))["training_rows"], 4);
}

TEST(PrepareCleaning, AColumnOfOneValueOrNoneIsDefined) {
  EXPECT_THAT(Prepared({"5", "5", "5"}, {}), ElementsAre(0, 0, 0));
  // The sum of many 0.1 is not so many times 0.1.
  EXPECT_THAT(Prepared(std::vector<std::string>(1000, "0.1"), {}), Each(0));
  EXPECT_THAT(Prepared(std::vector<std::string>(1000, "0.1"), {{"outliers", {{"z_score", 3}, {"then", "drop"}}}}),
              SizeIs(1000));
  for (const std::string scale : {"min_max", "robust"}) {
    EXPECT_THAT(Prepared({"5", "5", "5"}, {{"standardize", scale}}), ElementsAre(0, 0, 0));
  }
  InProcess cluster;
  const Outputs outputs = Prepare(cluster, "x,z,y\n,1,p\n,2,q\n", {{"label", "y"}});
  EXPECT_EQ(DocumentOf(outputs.at("fitted"))["columns"][0]["reason"], "has no value in the training rows");
}

TEST(PrepareCleaning, RowsOfOneGroupStayTogether) {
  std::string text = "who,x,y\n";
  for (int i = 0; i < 2000; ++i) absl::StrAppend(&text, "person ", i % 400, ",", i, ",", i % 2 == 0 ? "p" : "q", "\n");
  InProcess cluster;
  const Json split = {{"train", 0.7}, {"test", 0.3}, {"seed", 3}, {"group", "who"}};
  const Outputs outputs = Prepare(cluster, text, {{"label", "y"}, {"split", split}, {"drop_columns", {"who"}}}, 100);
  std::map<std::string, std::set<int64_t>> people;
  for (const std::string name : {"train", "test"}) {
    const Table table = cluster.Rows(outputs.at(name));
    const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
    for (int64_t i = 0; i < table.rows; ++i) people[name].insert(static_cast<int64_t>(view.Number(i, 0)) % 400);
  }
  EXPECT_EQ(people["train"].size() + people["test"].size(), 400u);  // nobody is in both
  EXPECT_NEAR(static_cast<double>(people["test"].size()), 120, 40);
  EXPECT_THAT(CleaningError(text, {{"split", {{"train", 0.7}, {"group", "whom"}}}}), HasSubstr("split.group"));
  EXPECT_THAT(CleaningError(text, {{"split", {{"train", 0.7}, {"group", "who"}, {"order", "rows"}}}}),
              HasSubstr("order: rows would part the groups"));
  EXPECT_THAT(
      CleaningError(text, {{"split", {{"train", 0.7}, {"order", "time"}}}}),
      HasSubstr("split.order: the input has no column \"time\"; its columns are who, x, y; or take rows, or random"));
}

TEST(PrepareCleaning, LimitsOfQualityRefuseToGoOn) {
  const std::string text = "x,c,y\n1,a,p\n2,,q\n,b,p\n4,a,\n5,a,q\n6,b,p\n";
  InProcess cluster;
  Prepare(cluster, text, {{"label", "y"}, {"quality", {{"max_missing", 0.21}, {"max_dropped", 0.2}}}});
  EXPECT_THAT(CleaningError(text, {{"quality", {{"max_missing", 0.1}}}}),
              HasSubstr("the share of missing values of column \"x\" is 0.166667, above quality.max_missing: 0.1"));
  EXPECT_THAT(CleaningError(text, {{"quality", {{"max_dropped", 0.1}}}}), HasSubstr("the share of rows dropped is"));
  EXPECT_THAT(CleaningError(text, {{"quality", {{"max_mising", 0.1}}}}), HasSubstr("max_mising"));
  EXPECT_THAT(CleaningError(text, {{"quality", {{"max_missing", -1}}}}), HasSubstr("quality.max_missing: -1"));
}

TEST(PrepareCleaning, WhatIsMissingIsCountedInRowsAndColumnsThatAreLeftOutToo) {
  const std::string text = "x,note,y\n1,,p\n,a,q\n3,,p\n4,,\n";
  InProcess cluster;
  const Json parameters = {{"label", "y"}, {"one_hot", "off"}};
  const Json quality = DocumentOf(Prepare(cluster, text, parameters).at("quality"));
  EXPECT_EQ(quality["columns"][0]["missing"], 1);
  EXPECT_EQ(quality["columns"][1]["kind"], "omitted");
  EXPECT_EQ(quality["columns"][1]["missing"], 3);
  EXPECT_EQ(quality["columns"][2]["missing"], 1) << "the label";
  EXPECT_THAT(CleaningError(text, {{"one_hot", "off"}, {"quality", {{"max_missing", 0.5}}}}),
              HasSubstr("the share of missing values of column \"note\" is 0.75"));
}

// Statistics are of the rows that are kept, whatever becomes of the column that drops the others.
TEST(PrepareCleaning, AColumnWithoutFeaturesDropsRowsInBothPasses) {
  const std::string text = "x,note,y\n1,a,p\n100,,q\n3,b,q\n100,,p\n";
  InProcess cluster;
  const Json parameters = {{"label", "y"}, {"one_hot", "off"}, {"impute", "drop"}, {"standardize", "off"}};
  const Outputs outputs = Prepare(cluster, text, parameters);
  EXPECT_EQ(DocumentOf(outputs.at("fitted"))["columns"][0]["max"], 3);
  EXPECT_THAT(FeatureOf(cluster, outputs.at("all")), ElementsAre(1, 3));
  EXPECT_EQ(outputs.at("quarantined").rows, 2);
}

TEST(PrepareCleaning, ALimitOfWhatIsNotMeasuredIsNoLimit) {
  std::string text = "y";
  for (int column = 0; column < 300; ++column) absl::StrAppend(&text, ",x", column);
  for (int row = 0; row < 40; ++row) {
    absl::StrAppend(&text, "\n", row % 2 == 0 ? "p" : "q");
    for (int column = 0; column < 300; ++column) absl::StrAppend(&text, ",", row * column % 37);
  }
  const Json split = {{"train", 0.5}, {"test", 0.5}};
  EXPECT_THAT(CleaningError(text + "\n", {{"split", split}, {"quality", {{"max_drift", 0.2}}}}),
              HasSubstr("quality.max_drift: the drift of column \"x0\" is not measured"));
}

TEST(PrepareCleaning, OutliersThatMakeNoSenseAreRefused) {
  const std::string text = TextOf({"1", "2"});
  EXPECT_THAT(CleaningError(text, {{"outliers", {{"iqr", 0}}}}), HasSubstr("outliers.iqr: 0"));
  EXPECT_THAT(CleaningError(text, {{"outliers", {{"then", "clip"}}}}), HasSubstr("set one of iqr"));
  EXPECT_THAT(CleaningError(text, {{"outliers", {{"iqr", 1}, {"then", "cut"}}}}), HasSubstr("outliers.then: \"cut\""));
  EXPECT_THAT(CleaningError("x,y\na,p\nb,q\n", {{"outliers", {{"iqr", 1}, {"columns", {"x"}}}}}),
              HasSubstr("column \"x\" is not one of numbers"));
}

TEST(PrepareCleaning, TheSameBitsForAnyBlocksWithEveryOption) {
  std::string text = "a,b,c,y\n";
  const Philox random(3, 1);
  for (uint64_t i = 0; i < 300; ++i) {
    absl::StrAppend(&text, random.Normal(i), ",", i % 11, ",s", i % 13, ",", i % 3 == 0 ? "p" : "q", "\n");
  }
  const Json parameters = {{"label", "y"},
                           {"outliers", {{"z_score", 2}, {"then", "drop"}}},
                           {"standardize", "robust"},
                           {"ordinal", {"b"}},
                           {"hash", {{"c", 5}}},
                           {"split", {{"train", 0.5}, {"test", 0.5}}}};
  InProcess plain;
  const Outputs expected = Prepare(plain, text, parameters, 7);
  for (const auto& [level, backwards] : {std::pair(0, true), {2, true}, {3, false}, {9, false}}) {
    InProcess cluster({level, backwards});
    const Outputs outputs = Prepare(cluster, text, parameters, 7);
    EXPECT_EQ(outputs.at("fitted"), expected.at("fitted"));
    EXPECT_EQ(outputs.at("quality"), expected.at("quality"));
    for (const std::string name : {"train", "test", "quarantined"}) {
      EXPECT_EQ(cluster.Rows(outputs.at(name)), plain.Rows(expected.at(name)));
    }
  }
}

}  // namespace
}  // namespace mote::testing
