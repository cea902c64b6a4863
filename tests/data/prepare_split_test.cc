// `split` by the values of a column: `stratify` and `order`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/json_params.h"
#include "common/philox.h"
#include "common/prepare/class_split.h"
#include "common/prepare/order_cuts.h"
#include "common/reducers/store_table.h"
#include "coordinator/plan/registry.h"
#include "tests/data/prepare_run.h"
#include "worker/engine/kernels/strata.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The rows of each split, by their index in the file.
std::map<std::string, std::vector<int64_t>> SplitRows(InProcess& cluster, const Outputs& outputs) {
  std::map<std::string, std::vector<int64_t>> rows;
  for (const std::string name : {"train", "dev", "test"}) {
    if (!outputs.contains(name)) continue;
    const Table table = cluster.Rows(outputs.at(name));
    const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
    for (int64_t i = 0; i < table.rows; ++i) rows[name].push_back(static_cast<int64_t>(view.Number(i, 0)));
  }
  return rows;
}

std::string SplitError(const std::string& text, const Json& split, int64_t rows_per_task = 0) {
  InProcess cluster;
  coordinator::TaskShape tasks;
  tasks.rows = rows_per_task;
  const absl::StatusOr<Outputs> outputs =
      cluster.Run("prepare", {{"label", "y"}, {"split", split}}, {{"input", *cluster.Index(text)}}, tasks);
  EXPECT_EQ(outputs.status().code(), absl::StatusCode::kInvalidArgument) << outputs.status();
  return std::string(outputs.status().message());
}

TEST(ShareEnds, AreTheQuotasWithTheLargestRemaindersRoundedUp) {
  const std::vector<SplitFraction> splits = {{"train", 0.7}, {"dev", 0.1}, {"test", 0.2}};
  EXPECT_THAT(ShareEnds(splits, 0), ElementsAre(0, 0, 0));
  EXPECT_THAT(ShareEnds(splits, 1), ElementsAre(1, 1, 1));
  EXPECT_THAT(ShareEnds(splits, 3), ElementsAre(2, 2, 3));
  EXPECT_THAT(ShareEnds(splits, 5), ElementsAre(4, 4, 5));  // 3.5, 0.5, 1: the earlier of equal ones
  EXPECT_THAT(ShareEnds(splits, 1000), ElementsAre(700, 800, 1000));
  EXPECT_THAT(ShareEnds(splits, 5'000'000'005), ElementsAre(3'500'000'004, 4'000'000'004, 5'000'000'005));
  EXPECT_THAT(ShareEnds({{"train", 0.5}, {"test", 0.3}}, 2), ElementsAre(1, 2));
  EXPECT_THAT(ShareEnds({{"train", 0.5}, {"test", 0.3}}, 10), ElementsAre(5, 8));
  EXPECT_THAT(ShareEnds({{"train", 0.5}, {"test", 0.1}}, 1), ElementsAre(1, 1));
}

TEST(ShareEnds, EachShareIsWithinOneRowOfItsQuota) {
  const std::vector<SplitFraction> splits = {{"train", 0.61}, {"a", 0.07}, {"b", 0.13}, {"test", 0.15}};
  for (int64_t rows = 0; rows < 2000; ++rows) {
    const std::vector<int64_t> ends = ShareEnds(splits, rows);
    int64_t begin = 0;
    for (size_t i = 0; i < splits.size(); ++i) {
      EXPECT_LT(std::abs(static_cast<double>(ends[i] - begin) - splits[i].fraction * static_cast<double>(rows)), 1);
      begin = ends[i];
    }
    EXPECT_LE(begin, rows);
  }
}

// Rows of three kinds: many, few, and with no value ("" or "?").
std::string UnevenKinds(int rows, std::map<std::string, std::set<int64_t>>* kinds) {
  std::string text = "kind,x,y\n";
  for (int i = 0; i < rows; ++i) {
    const std::string kind = i % 17 == 3 ? "rare" : i % 23 == 5 ? (i % 2 == 0 ? "" : "?") : "usual";
    (*kinds)[kind == "?" ? "" : kind].insert(i);
    absl::StrAppend(&text, kind, ",", i % 11, ",", i % 2 == 0 ? "p" : "q", "\n");
  }
  return text;
}

const Json kStratified = {{"label", "y"},
                          {"split", {{"train", 0.7}, {"dev", 0.1}, {"test", 0.2}, {"stratify", "kind"}, {"seed", 3}}}};

TEST(Stratify, EachValueHasItsExactShareOfEverySplit) {
  std::map<std::string, std::set<int64_t>> kinds;
  InProcess cluster;
  const Outputs outputs = Prepare(cluster, UnevenKinds(1234, &kinds), kStratified, 100);
  const auto rows = SplitRows(cluster, outputs);
  ASSERT_EQ(kinds.size(), 3u);
  for (const auto& [kind, members] : kinds) {
    SCOPED_TRACE(kind);
    std::map<std::string, int64_t> counts;
    for (const auto& [name, indices] : rows) {
      counts[name] = std::count_if(indices.begin(), indices.end(), [&](int64_t row) { return members.contains(row); });
    }
    const auto n = static_cast<int64_t>(members.size());
    const std::vector<int64_t> ends = ShareEnds({{"train", 0.7}, {"dev", 0.1}, {"test", 0.2}}, n);
    EXPECT_EQ(counts["train"], ends[0]);
    EXPECT_EQ(counts["dev"], ends[1] - ends[0]);
    EXPECT_EQ(counts["test"], n - ends[1]);
  }
}

TEST(Stratify, TheDrawDependsOnTheSeedAndNotOnTheTasks) {
  std::map<std::string, std::set<int64_t>> kinds;
  const std::string text = UnevenKinds(500, &kinds);
  InProcess single({.inline_only = true}), blocks({.block_level = 2, .backwards = true});
  const auto rows = SplitRows(single, Prepare(single, text, kStratified, 1));
  EXPECT_EQ(SplitRows(blocks, Prepare(blocks, text, kStratified, 37)), rows);
  EXPECT_EQ(SplitRows(blocks, Prepare(blocks, text, kStratified, 1000)), rows);
  Json other = kStratified;
  other["split"]["seed"] = 4;
  EXPECT_NE(SplitRows(single, Prepare(single, text, other, 100)), rows);
}

TEST(Stratify, ByTheLabelLearnsFromTheTrainingRowsAlone) {
  std::string text = "x,y\n";
  for (int i = 0; i < 400; ++i) absl::StrAppend(&text, i * i % 101, ",", i % 10 == 0 ? "bad" : "good", "\n");
  InProcess cluster;
  const Json split = {{"train", 0.5}, {"test", 0.5}, {"stratify", "y"}};
  const Outputs outputs = Prepare(cluster, text, {{"label", "y"}, {"split", split}}, 64);
  double sum = 0;
  const std::vector<int64_t> train = SplitRows(cluster, outputs)["train"];
  for (const int64_t row : train) sum += static_cast<double>(row * row % 101);
  ASSERT_EQ(train.size(), 200u);
  EXPECT_EQ(std::count_if(train.begin(), train.end(), [](int64_t row) { return row % 10 == 0; }), 20);
  EXPECT_DOUBLE_EQ(DocumentOf(outputs.at("fitted"))["columns"][0]["mean"].get<double>(), sum / 200);
}

TEST(Stratify, RaggedRowsAreNoPartOfAnyClass) {
  std::string text = "kind,x,y\n";
  for (int i = 0; i < 120; ++i) {
    absl::StrAppend(&text, "k", i % 2, i % 6 == 5 ? "" : absl::StrCat(",", i), ",", i % 3 == 0 ? "p" : "q", "\n");
  }
  InProcess cluster;
  Json parameters = kStratified;
  parameters["on_bad_row"] = "skip";
  const Outputs outputs = Prepare(cluster, text, parameters, 7);
  EXPECT_EQ(outputs.at("quarantined").rows, 20);
  EXPECT_EQ(outputs.at("train").rows, 42 + 28);  // of 60 and of 40
  EXPECT_EQ(outputs.at("test").rows, 12 + 8);
}

TEST(Stratify, WhatMakesNoSenseIsRefused) {
  std::string many = "x,y\n";
  for (int i = 0; i <= 1000; ++i) absl::StrAppend(&many, i, ",", i % 2 == 0 ? "p" : "q", "\n");
  const std::string message = "split.stratify: column \"x\" has more than 1000 different values";
  EXPECT_THAT(SplitError(many, {{"train", 0.7}, {"stratify", "x"}}), HasSubstr(message));
  EXPECT_THAT(SplitError(many, {{"train", 0.7}, {"stratify", "x"}}, 10), HasSubstr(message));  // no task has so many
  EXPECT_THAT(SplitError(many, {{"train", 0.7}, {"stratify", "yy"}}),
              HasSubstr("split.stratify: the input has no column \"yy\"; did you mean \"y\"?"));
  EXPECT_THAT(SplitError(many, {{"train", 0.7}, {"stratify", "y"}, {"group", "x"}}), HasSubstr("keep one of them"));
  EXPECT_THAT(SplitError(many, {{"train", 0.7}, {"stratify", "y"}, {"order", "x"}}), HasSubstr("keep one of them"));
}

// Rows whose column t holds `values`.
std::string TimesText(const std::vector<std::string>& values) {
  std::string text = "t,x,y\n";
  for (size_t i = 0; i < values.size(); ++i) {
    absl::StrAppend(&text, values[i], ",", i % 7, ",", i % 2 == 0 ? "p" : "q", "\n");
  }
  return text;
}

const Json kOrdered = {{"label", "y"}, {"split", {{"train", 0.6}, {"dev", 0.1}, {"test", 0.2}, {"order", "t"}}}};

TEST(Order, TheLeastNumbersAreTrainAndTheGreatestTest) {
  const Philox random(5, 0);
  std::vector<std::string> values;
  std::vector<std::pair<double, int64_t>> sorted;
  for (int64_t i = 0; i < 777; ++i) {  // many equal ones: 9 is below 10, and rows of one value go by their index
    const double value = static_cast<double>(random.U64(static_cast<uint64_t>(i)) % 40) / 2 - 5;
    values.push_back(absl::StrCat(value));
    sorted.emplace_back(value, i);
  }
  std::sort(sorted.begin(), sorted.end());
  std::map<std::string, std::vector<int64_t>> expected;
  for (size_t i = 0; i < 699; ++i) expected[i < 466 ? "train" : i < 543 ? "dev" : "test"].push_back(sorted[i].second);
  for (auto& [name, rows] : expected) std::sort(rows.begin(), rows.end());
  const std::string text = TimesText(values);
  InProcess single({.inline_only = true}), blocks({.block_level = 2, .backwards = true});
  EXPECT_EQ(SplitRows(single, Prepare(single, text, kOrdered, 50)), expected);
  EXPECT_EQ(SplitRows(blocks, Prepare(blocks, text, kOrdered, 13)), expected);
  EXPECT_EQ(SplitRows(blocks, Prepare(blocks, text, kOrdered, 1000)), expected);
}

TEST(Order, DatesAndTimesAreComparedAsInstants) {
  const std::string text = TimesText({"2021-03-05", "2021-03-04T23:30:00-02:00", "2021-03-04T23:30:00Z", "2020-12-31",
                                      "2021-03-05T01:00:00.5Z", "2021-03-05T01:00:00Z", "2021-01", "2021-03-05 02:00",
                                      "2021-03-06", "2021-03-07"});
  InProcess cluster;
  const Outputs outputs = Prepare(cluster, text, kOrdered, 3);
  EXPECT_EQ(SplitRows(cluster, outputs)["train"], (std::vector<int64_t>{0, 2, 3, 4, 5, 6}));
  EXPECT_EQ(SplitRows(cluster, outputs)["dev"], (std::vector<int64_t>{1}));
  EXPECT_EQ(SplitRows(cluster, outputs)["test"], (std::vector<int64_t>{7, 8}));
  EXPECT_EQ(DocumentOf(outputs.at("quality"))["rows"]["unassigned"], 1);
}

TEST(Order, AColumnMayBeCalledRows) {
  const std::string text = "rows,y\n4,p\n3,q\n2,p\n1,q\n";
  InProcess cluster;
  Json split = {{"train", 0.5}, {"test", 0.5}, {"order", {{"column", "rows"}}}};
  EXPECT_EQ(SplitRows(cluster, Prepare(cluster, text, {{"label", "y"}, {"split", split}}))["train"],
            (std::vector<int64_t>{2, 3}));
  split["order"] = "rows";
  EXPECT_EQ(SplitRows(cluster, Prepare(cluster, text, {{"label", "y"}, {"split", split}}))["train"],
            (std::vector<int64_t>{0, 1}));
}

TEST(Order, WhatHasNoPlaceInItIsNamedWithItsRow) {
  const Json split = kOrdered["split"];
  EXPECT_THAT(SplitError(TimesText({"1", "2", "?", "4"}), split),
              HasSubstr("split.order: row=2 in \"loans.csv\" line 4 has no value in column \"t\""));
  EXPECT_THAT(
      SplitError(TimesText({"1", "3/4/2021"}), split),
      HasSubstr("row=1 in \"loans.csv\" line 3 has \"3/4/2021\" in column \"t\", which is neither a number nor"));
  EXPECT_THAT(
      SplitError(TimesText({"1", "2", "2021-03-04"}), split),
      HasSubstr("row=2 in \"loans.csv\" line 4 has a date or time in column \"t\", and a row before it a number"));
  EXPECT_THAT(SplitError(TimesText({"2021-03-04", "2021-03-05", "2", "3"}), split, 2),
              HasSubstr("column \"t\" has numbers, as in row=2, and dates or times, as in row=0"));
  EXPECT_THAT(SplitError(TimesText({"1"}), {{"train", 0.7}, {"order", "row"}}),
              HasSubstr("split.order: the input has no column \"row\"; did you mean \"rows\"?"));
  EXPECT_THAT(SplitError(TimesText({"1"}), {{"train", 0.7}, {"order", {{"colum", "t"}}}}),
              HasSubstr("split.order.colum"));
}

TEST(Order, SplitsOfAFewRowsMayBeEmpty) {
  InProcess cluster;
  const Outputs outputs =
      Prepare(cluster, TimesText({"3", "1", "2"}),
              {{"label", "y"}, {"split", {{"train", 0.9}, {"dev", 0.05}, {"test", 0.05}, {"order", "t"}}}}, 1);
  EXPECT_EQ(SplitRows(cluster, outputs)["train"], (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(outputs.at("dev").rows, 0);
  EXPECT_EQ(SplitRows(cluster, outputs)["test"], (std::vector<int64_t>{0}));
}

// What a worker that lies, or another version, may have told.
TEST(Stratify, CountsThatCannotBeAreRefused) {
  InProcess cluster;
  PrepareOptions options;
  options.splits = {{"train", 1}};
  const auto open = [&](const std::vector<std::pair<int64_t, int64_t>>& counts) {
    TableBuilder table(engine::StrataSchema());
    for (const auto& [task, rows] : counts) {
      table.AddI64(task);
      table.AddI64(rows);
      table.AddText("a");
    }
    const Output stored = *StoreTable(table.Take(), cluster.context());
    return engine::Strata::Open(stored.content, options, cluster.context()).status();
  };
  EXPECT_TRUE(open({{0, 3}, {1, 4}}).ok());
  EXPECT_FALSE(open({{0, -3}}).ok());
  EXPECT_FALSE(open({{1, 3}, {0, 4}}).ok());
  EXPECT_FALSE(open({{0, int64_t{1} << 62}, {1, int64_t{1} << 62}}).ok());
}

TEST(Order, EntriesThatCannotBeAreRefused) {
  InProcess cluster;
  engine::KernelMap kernels;
  engine::RegisterBuiltinKernels(kernels);
  Json parameters = kOrdered;
  CheckParameters(coordinator::BuiltinPlanners().Find("prepare")->description().parameters, &parameters);
  parameters["cuts"] = EncodeCuts({OrderCut()});
  const auto run = [&](int64_t cut, double value, int64_t weight) {
    TableBuilder entries(Schema{{{"cut", DType::kI64, 1},
                                 {"value", DType::kF64, 1},
                                 {"row", DType::kI64, 1},
                                 {"weight", DType::kI64, 1},
                                 {"next", DType::kI64, 1},
                                 {"kind", DType::kI64, 1}}});
    entries.AddI64(cut);
    entries.AddF64(value);
    for (const int64_t number : {int64_t{0}, weight, int64_t{0}, int64_t{0}}) entries.AddI64(number);
    PassSpec pass;
    pass.parameters = parameters.dump();
    pass.inputs.emplace("entries", cluster.MakeTable(entries.Take(), 1).content);
    std::string partial;
    return (*kernels.at("prepare.cuts")->Open(pass, {}, cluster.context()))->RunTask(0, cluster.context(), &partial);
  };
  EXPECT_TRUE(run(0, 5, 1).ok());
  EXPECT_EQ(run(1, 5, 1).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(run(0, std::nan(""), 1).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(run(0, 5, -1).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(run(0, 5, int64_t{1} << 62).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace mote::testing
