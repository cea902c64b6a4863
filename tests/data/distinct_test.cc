// `distinct` against a set in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/philox.h"
#include "tests/data/prepare_run.h"
#include "worker/engine/distinct_keys.h"
#include "worker/engine/sorted_runs.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using Repeats = std::vector<std::pair<int64_t, int64_t>>;

absl::StatusOr<Outputs> Distinct(InProcess& cluster, const Output& input, const Json& by, int64_t rows_per_task) {
  coordinator::TaskShape tasks;
  tasks.rows = rows_per_task;
  return cluster.Run("distinct", {{"by", by}}, {{"input", input}}, tasks);
}

std::vector<std::string> TextsOf(InProcess& cluster, const Output& output, size_t column) {
  const Table table = cluster.Rows(output);
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  std::vector<std::string> texts;
  for (int64_t row = 0; row < table.rows; ++row) texts.emplace_back(view.Text(row, column));
  return texts;
}

Repeats RepeatsOf(InProcess& cluster, const Output& dropped) {
  const Table table = cluster.Rows(dropped);
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  Repeats repeats;
  for (int64_t row = 0; row < table.rows; ++row) {
    repeats.emplace_back(static_cast<int64_t>(view.Number(row, 0)), static_cast<int64_t>(view.Number(row, 1)));
  }
  return repeats;
}

TEST(Distinct, KeepsTheFirstRowOfEachKeyWhateverTheTasks) {
  const Philox random(7, 0);
  std::string text = "n,who,city\n";
  std::map<std::string, int64_t> first;
  std::vector<std::string> kept;
  Repeats repeats;
  for (int64_t i = 0; i < 900; ++i) {
    const std::string key = absl::StrCat("p", random.U64(static_cast<uint64_t>(i)) % 150, ",c", i % 4);
    absl::StrAppend(&text, i, ",", key, "\n");
    const auto [known, is_new] = first.emplace(key, i);
    if (is_new) {
      kept.push_back(absl::StrCat(i));
    } else {
      repeats.emplace_back(i, known->second);
    }
  }
  for (const int64_t rows_per_task : {1, 13, 200, 1000}) {
    for (const bool backwards : {false, true}) {
      InProcess cluster({.block_level = backwards ? 3 : 0, .backwards = backwards, .inline_only = true});
      const absl::StatusOr<Outputs> outputs = Distinct(cluster, *cluster.Index(text), {"who", "city"}, rows_per_task);
      ASSERT_TRUE(outputs.ok()) << outputs.status();
      EXPECT_EQ(TextsOf(cluster, outputs->at("result"), 0), kept) << rows_per_task;
      EXPECT_EQ(RepeatsOf(cluster, outputs->at("dropped")), repeats) << rows_per_task;
    }
  }
}

TEST(Distinct, WithoutColumnsWholeRowsAreCompared) {
  InProcess cluster;
  const Output input = *cluster.Index("a,b\n1,x\n1,y\n 1 ,x\n\"1\",x\n1x,\n1,x\n");
  const Outputs outputs = *Distinct(cluster, input, Json::array(), 2);
  EXPECT_THAT(TextsOf(cluster, outputs.at("result"), 0), ElementsAre("1", "1", "1x"));
  EXPECT_THAT(TextsOf(cluster, outputs.at("result"), 1), ElementsAre("x", "y", ""));
  EXPECT_THAT(RepeatsOf(cluster, outputs.at("dropped")), ElementsAre(Pair(2, 0), Pair(3, 0), Pair(5, 0)));
}

TEST(Distinct, RowsAllAlikeOrNoneAtAll) {
  InProcess cluster;
  std::string text = "a\n";
  for (int i = 0; i < 5000; ++i) text += "same\n";
  const Outputs one = *Distinct(cluster, *cluster.Index(text), Json::array(), 100);
  EXPECT_EQ(one.at("result").rows, 1);
  EXPECT_EQ(one.at("dropped").rows, 4999);
  const Outputs none = *Distinct(cluster, *cluster.Index("a\n"), Json::array(), 100);
  EXPECT_EQ(none.at("result").rows, 0);
  EXPECT_THAT(RepeatsOf(cluster, none.at("dropped")), IsEmpty());
}

TEST(Distinct, TypedTablesAreComparedToo) {
  InProcess cluster;
  TableBuilder builder(Schema{{{"id", DType::kI64, 1}, {"x", DType::kF32, 2}}});
  for (int i = 0; i < 30; ++i) {
    const float x[] = {static_cast<float>(i % 5), 0.5f};
    builder.AddI64(i);
    builder.AddF32s(x, 2);
  }
  const Output input = cluster.MakeTable(builder.Take(), 4);
  const Outputs outputs = *Distinct(cluster, input, {"x"}, 7);
  EXPECT_EQ(outputs.at("result").rows, 5);
  EXPECT_EQ(cluster.Rows(outputs.at("result")).schema, cluster.Rows(input).schema);
  EXPECT_EQ(Distinct(cluster, input, Json::array(), 7)->at("result").rows, 30);
}

TEST(Distinct, ItsRowsCanBeFiltered) {
  InProcess cluster;
  const Outputs outputs = *Distinct(cluster, *cluster.Index("a,b\n1,x\n1,y\n2,x\n"), {"a"}, 2);
  const Outputs filtered =
      *cluster.Run("filter", {{"where", {{"a", {{"min", 2}}}}}}, {{"input", outputs.at("result")}});
  EXPECT_THAT(TextsOf(cluster, filtered.at("result"), 1), ElementsAre("x"));
}

TEST(Distinct, AColumnThatIsNotThereIsRefused) {
  InProcess cluster;
  const absl::Status refused = Distinct(cluster, *cluster.Index("city,b\n1,x\n"), {"cty"}, 2).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("by: the input has no column \"cty\"; did you mean \"city\"?"));
}

// Runs of keys as tasks of distinct.keys yield them, of few different hashes.
Table KeyRuns(std::vector<engine::KeyRow>* all) {
  Table table;
  const Philox random(3, 0);
  for (int64_t run = 0; run < 20; ++run) {
    std::map<uint64_t, engine::KeyRow> keys;
    for (int64_t i = 0; i < 40; ++i) {
      const int64_t row = run * 40 + i;
      const uint64_t hash = Philox(random.U64(static_cast<uint64_t>(row)) % 300, 1).U64(0);
      keys.emplace(hash, engine::KeyRow{hash, 0, row, 0});
    }
    std::vector<engine::KeyRow> rows;
    for (const auto& [hash, key] : keys) rows.push_back(key);
    all->insert(all->end(), rows.begin(), rows.end());
    Table next = engine::WriteRun(std::move(rows));
    table.schema = next.schema;
    table.rows += next.rows;
    table.bytes += next.bytes;
  }
  return table;
}

TEST(DistinctMatch, PartsOfTheHashesFindTogetherWhatOneFinds) {
  std::vector<engine::KeyRow> all;
  InProcess cluster;
  const Output keys = cluster.MakeTable(KeyRuns(&all), 33);
  std::map<uint64_t, int64_t> first;
  std::map<int64_t, int64_t> expected;
  for (const engine::KeyRow& key : all) {
    const auto [known, is_new] = first.emplace(key.high, key.row);
    if (!is_new) expected[key.row] = known->second;
  }
  engine::KernelMap kernels;
  engine::RegisterBuiltinKernels(kernels);
  PassSpec pass;
  pass.parameters = R"({"parts": 7})";
  pass.reducer = "concat";
  pass.inputs.emplace("keys", keys.content);
  const auto opened = kernels.at("distinct.match")->Open(pass, {}, cluster.context());
  ASSERT_TRUE(opened.ok()) << opened.status();
  std::map<int64_t, int64_t> found;
  for (int64_t part = 0; part < 7; ++part) {
    std::string partial;
    ASSERT_TRUE((*opened)->RunTask(part, cluster.context(), &partial).ok());
    const auto concat = *MakeReducer("concat", Json::object());
    const Output repeats = *concat->Finish(&partial, cluster.context(), nullptr);
    for (const auto& [row, to] : RepeatsOf(cluster, repeats)) EXPECT_TRUE(found.emplace(row, to).second);
    EXPECT_GT(repeats.rows, 0);
  }
  EXPECT_EQ(found, expected);
}

TEST(DistinctMatch, RunsThatDoNotAddUpAreRefused) {
  InProcess cluster;
  for (const int64_t left : {0, 3, -1}) {
    TableBuilder runs(engine::RepeatRow::Columns());
    for (int i = 0; i < 2; ++i) {
      for (const int64_t number : {int64_t{i}, int64_t{0}, left}) runs.AddI64(number);
    }
    const Output table = cluster.MakeTable(runs.Take(), 2);
    const auto opened = engine::SortedRuns<engine::RepeatRow>::Open(table.content, cluster.context());
    EXPECT_EQ(opened.status().code(), absl::StatusCode::kInvalidArgument) << left;
    EXPECT_FALSE(engine::SortedRuns<engine::KeyRow>::Open(table.content, cluster.context()).ok());
  }
}

}  // namespace
}  // namespace mote::testing
