// `prepare` against a reference that holds the whole table in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/permutation.h"
#include "common/prepare/options.h"
#include "coordinator/plan/registry.h"
#include "tests/data/prepare_run.h"
#include "tests/data/random_table.h"
#include "tests/testing/in_process.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

struct Row {
  int64_t row = 0;
  std::vector<float> x;
  int64_t label = 0;
};

bool Missing(const std::string& cell) { return cell.empty() || cell == "?" || cell == "NA"; }

// The training rows' median, or most frequent text (the first by bytes of several).
double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : values[n / 2 - 1] + (values[n / 2] - values[n / 2 - 1]) / 2;
}

// What `prepare` does by default, in the plainest way: splits 0.6, 0.2, 0.2.
class Reference {
 public:
  Reference(const RandomTable& table, uint64_t seed) : table_(table) {
    const int64_t n = static_cast<int64_t>(table.rows.size());
    const Permutation permutation(n, seed);
    for (int64_t i = 0; i < n; ++i) {
      const std::string& label = table.rows[static_cast<size_t>(i)].back();
      if (Missing(label)) continue;
      const int64_t position = permutation.At(i);
      splits_[position < n * 6 / 10 ? "train" : position < n * 8 / 10 ? "dev" : "test"].push_back(i);
    }
    for (const auto& [name, rows] : splits_) tables_[name].resize(rows.size());
    AddNumber(0);
    AddNumber(1);
    AddCategory(2);
    AddCategory(3);
    AddNumber(4);
    for (const auto& [name, rows] : splits_) {
      for (size_t i = 0; i < rows.size(); ++i) {
        tables_[name][i].row = rows[i];
        tables_[name][i].label = Cell(rows[i], 5) == "bad";
      }
    }
  }

  const std::vector<Row>& table(const std::string& name) { return tables_[name]; }

 private:
  const std::string& Cell(int64_t row, size_t column) const { return table_.rows[static_cast<size_t>(row)][column]; }

  double Number(int64_t row, size_t column, double otherwise) const {
    double value = 0;
    return absl::SimpleAtod(Cell(row, column), &value) ? value : otherwise;
  }

  void AddNumber(size_t column) {
    std::vector<double> known;
    for (const int64_t row : splits_["train"]) {
      if (!Missing(Cell(row, column))) known.push_back(Number(row, column, 0));
    }
    const double median = Median(known);
    double sum = 0, squares = 0;
    const double n = static_cast<double>(splits_["train"].size());
    for (const int64_t row : splits_["train"]) sum += Number(row, column, median);
    for (const int64_t row : splits_["train"]) squares += std::pow(Number(row, column, median) - sum / n, 2);
    const double std = std::sqrt(squares / n);
    Append([&](int64_t row) -> std::vector<float> {
      return {std == 0 ? 0.0f : static_cast<float>((Number(row, column, median) - sum / n) / std)};
    });
  }

  void AddCategory(size_t column) {
    std::map<std::string, int> counts;
    for (const int64_t row : splits_["train"]) {
      if (!Missing(Cell(row, column))) ++counts[Cell(row, column)];
    }
    std::string mode;
    for (const auto& [text, count] : counts) {
      if (mode.empty() || count > counts[mode]) mode = text;
    }
    Append([&](int64_t row) {
      const std::string& cell = Missing(Cell(row, column)) ? mode : Cell(row, column);
      std::vector<float> x;
      for (const auto& [text, count] : counts) x.push_back(text == cell ? 1.0f : 0.0f);
      return x;
    });
  }

  template <class Features>
  void Append(Features features) {
    for (const auto& [name, rows] : splits_) {
      for (size_t i = 0; i < rows.size(); ++i) {
        for (const float value : features(rows[i])) tables_[name][i].x.push_back(value);
      }
    }
  }

  const RandomTable& table_;
  std::map<std::string, std::vector<int64_t>> splits_;
  std::map<std::string, std::vector<Row>> tables_;
};

std::vector<Row> RowsOf(InProcess& cluster, const Output& output) {
  const Table table = cluster.Rows(output);
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  std::vector<Row> rows;
  for (int64_t i = 0; i < table.rows; ++i) {
    Row row;
    row.row = static_cast<int64_t>(view.Number(i, 0));
    for (int64_t f = 0; f < table.schema.columns[1].width; ++f) {
      row.x.push_back(static_cast<float>(view.Number(i, 1, f)));
    }
    row.label = static_cast<int64_t>(view.Number(i, 2));
    rows.push_back(std::move(row));
  }
  return rows;
}

Json Split(uint64_t seed) { return {{"train", 0.6}, {"dev", 0.2}, {"test", 0.2}, {"seed", seed}}; }

Json Defaults(uint64_t seed) { return {{"label", "class"}, {"positive", "bad"}, {"split", Split(seed)}}; }

TEST(Prepare, EqualsThePlainComputationOnRandomTables) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    const RandomTable table = MakeRandomTable(100 + static_cast<int64_t>(seed), seed);
    Reference reference(table, seed);
    InProcess cluster;
    const Outputs outputs = Prepare(cluster, table.text, Defaults(seed), 9);
    for (const std::string name : {"train", "dev", "test"}) {
      const std::vector<Row> rows = RowsOf(cluster, outputs.at(name));
      const std::vector<Row>& expected = reference.table(name);
      ASSERT_EQ(rows.size(), expected.size()) << name;
      for (size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].row, expected[i].row);
        EXPECT_EQ(rows[i].label, expected[i].label);
        EXPECT_THAT(rows[i].x, ::testing::Pointwise(::testing::FloatNear(1e-5f), expected[i].x));
      }
    }
  }
}

TEST(Prepare, YieldsTheSameBitsForAnyBlocks) {
  const RandomTable table = MakeRandomTable(200, 4);
  InProcess plain;
  const Outputs expected = Prepare(plain, table.text, Defaults(4), 7);
  for (const auto& [level, backwards] : {std::pair(0, true), {1, false}, {2, true}, {3, false}, {9, false}}) {
    InProcess cluster({level, backwards});
    const Outputs outputs = Prepare(cluster, table.text, Defaults(4), 7);
    EXPECT_EQ(outputs.at("fitted"), expected.at("fitted"));
    EXPECT_EQ(outputs.at("quality"), expected.at("quality"));
    for (const std::string name : {"train", "dev", "test"}) {
      EXPECT_EQ(cluster.Rows(outputs.at(name)), plain.Rows(expected.at(name)));
    }
  }
}

TEST(Prepare, ValuesOfOtherSplitsDoNotReachWhatIsFitted) {
  RandomTable table = MakeRandomTable(120, 6);
  table.text = "amount,age,flag,class\n";
  std::string changed = table.text;
  const Permutation permutation(120, 5);
  for (int64_t i = 0; i < 120; ++i) {
    const std::vector<std::string>& row = table.rows[static_cast<size_t>(i)];
    const std::string line = absl::StrCat(row[0], ",", row[1], ",", row[3], ",", row[5], "\n");
    const bool training = permutation.At(i) < 72;
    table.text += line;
    changed += training ? line : "1e9,abc,never,bad\n";
  }
  InProcess cluster;
  const Outputs before = Prepare(cluster, table.text, Defaults(5));
  const Outputs after = Prepare(cluster, changed, Defaults(5));
  EXPECT_EQ(before.at("fitted"), after.at("fitted"));
  EXPECT_EQ(cluster.Rows(before.at("train")), cluster.Rows(after.at("train")));
  EXPECT_NE(before.at("quality"), after.at("quality"));
  const Json columns = DocumentOf(after.at("quality"))["columns"];
  EXPECT_EQ(columns[1]["not_numbers"], 48);
  EXPECT_EQ(columns[2]["unseen_categories"], 48);
}

TEST(Prepare, QualityCountsEveryRowOnce) {
  const std::string text = "x,c,y\n1,a,p\n2,,q\n,b,p\n4,a,\n5,a,q,9\n6,b,p\n7\n";
  InProcess cluster;
  const Outputs outputs = Prepare(cluster, text, {{"label", "y"}, {"on_bad_row", "skip"}}, 2);
  EXPECT_EQ(outputs.at("all").rows, 4);
  const Json quality = DocumentOf(outputs.at("quality"));
  EXPECT_EQ(quality["rows"], Json::parse(R"({"read": 7, "kept": {"all": 4}, "dropped": 3, "unassigned": 0})"));
  EXPECT_EQ(quality["dropped"],
            Json::parse(R"([{"reason": "does not fit the columns: another number of them, or no such record",
                             "rows": 2, "first_lines": [6, 8]},
                            {"reason": "label is missing", "rows": 1, "first_lines": [5]}])"));
  EXPECT_EQ(quality["columns"][0]["imputed"], 1);
  EXPECT_EQ(quality["columns"][1]["imputed"], 1);
}

TEST(Prepare, RowsOutsideAllSplitsAreCounted) {
  InProcess cluster;
  Json parameters = Defaults(1);
  parameters["split"] = {{"train", 0.5}, {"extra", 0.25}};
  const Outputs outputs = Prepare(cluster, MakeRandomTable(100, 8).text, parameters);
  const Json rows = DocumentOf(outputs.at("quality"))["rows"];
  EXPECT_EQ(rows["unassigned"], 25);
  EXPECT_EQ(rows["kept"]["train"].get<int>() + rows["kept"]["extra"].get<int>() + rows["dropped"].get<int>(), 75);
}

TEST(SplitPlan, InOrderTheFirstRowsAreTheFirstSplits) {
  PrepareOptions options;
  options.splits = {{"train", 0.5}, {"test", 0.3}};
  options.in_order = true;
  const SplitPlan plan(options, 10);
  std::vector<int> splits;
  for (int64_t row = 0; row < 10; ++row) splits.push_back(plan.Of(row));
  EXPECT_THAT(splits, ElementsAre(0, 0, 0, 0, 0, 1, 1, 1, -1, -1));
}

TEST(SplitPlan, RoundingOfFractionsMovesNoRow) {
  PrepareOptions options;
  options.splits = {{"train", 0.7}, {"dev", 0.1}, {"test", 0.2}};  // 0.7 + 0.1 is below 0.8 in floating point
  for (const int64_t n : {10, 100, 1000, 100000}) {
    const SplitPlan plan(options, n);
    std::map<int, int64_t> rows;
    for (int64_t row = 0; row < n; ++row) ++rows[plan.Of(row)];
    EXPECT_THAT(rows, ElementsAre(Pair(0, n / 10 * 7), Pair(1, n / 10), Pair(2, n / 10 * 2)));
  }
}

TEST(Prepare, ImputesAsAsked) {
  const std::string text = "x,y\n1,p\n1,q\n?,p\n4,q\n8,q\n";
  const std::map<std::string, float> expected = {{"median", 2.5f}, {"mean", 3.5f}, {"mode", 1.0f}};
  for (const auto& [impute, value] : expected) {
    InProcess cluster;
    const Outputs outputs = Prepare(cluster, text, {{"label", "y"}, {"impute", impute}, {"standardize", "off"}}, 2);
    EXPECT_THAT(FeatureOf(cluster, outputs.at("all")), ElementsAre(1, 1, value, 4, 8)) << impute;
  }
  InProcess cluster;
  const Outputs outputs = Prepare(cluster, text, {{"label", "y"}, {"impute", "drop"}, {"standardize", "off"}}, 2);
  EXPECT_THAT(FeatureOf(cluster, outputs.at("all")), ElementsAre(1, 1, 4, 8));
  EXPECT_EQ(DocumentOf(outputs.at("fitted"))["columns"][0]["mean"], 3.5);
}

TEST(Prepare, OneHotTakesAutoOffOrAList) {
  const std::string text = "n,c,y\n1,a,p\n2,b,q\n2,a,q\n";
  const auto features = [&](const Json& one_hot) {
    InProcess cluster;
    return DocumentOf(Prepare(cluster, text, {{"label", "y"}, {"one_hot", one_hot}}).at("fitted"))["features"];
  };
  EXPECT_EQ(features("auto"), Json({"n", "c=a", "c=b"}));
  EXPECT_EQ(features("off"), Json({"n"}));
  EXPECT_EQ(features({"n"}), Json({"n=1", "n=2"}));
}

TEST(Prepare, ManyDistinctNumbersHaveAnApproximateMedian) {
  std::string text = "x,y\n,p\n";
  for (int i = 1; i <= 20000; ++i) absl::StrAppend(&text, "-", i, ".5,", i % 2 == 0 ? "p" : "q", "\n");
  InProcess cluster;
  const Outputs outputs = Prepare(cluster, text, {{"label", "y"}}, 700);
  const Json column = DocumentOf(outputs.at("fitted"))["columns"][0];
  EXPECT_EQ(column["approximate"], true);
  EXPECT_NEAR(column["impute"].get<double>(), -10001, 10.1);
  EXPECT_EQ(column["min"], -20000.5);
  EXPECT_EQ(column["max"], -1.5);
}

// All of them lie in one bucket of the width that numbers from 0 on are counted with.
TEST(Prepare, QuartilesOfNumbersFarFromZeroAreKnown) {
  std::string text = "pressure,y\n";
  for (int i = 0; i < 20000; ++i) {
    absl::StrAppend(&text, 101275 + i * 7919 % 20000 / 200.0, ",", i % 2 == 0 ? "p" : "q", "\n");
  }
  absl::StrAppend(&text, "200000,p\n,q\n");
  InProcess cluster;
  const Json parameters = {{"label", "y"}, {"standardize", "robust"}, {"outliers", {{"iqr", 1.5}}}};
  const Json column = DocumentOf(Prepare(cluster, text, parameters, 700).at("fitted"))["columns"][0];
  EXPECT_NEAR(column["center"].get<double>(), 101325, 0.1);
  EXPECT_NEAR(column["scale"].get<double>(), 50, 0.2);
  EXPECT_NEAR(column["bounds"][0].get<double>(), 101300 - 75, 0.3);
  EXPECT_NEAR(column["bounds"][1].get<double>(), 101350 + 75, 0.3);
}

TEST(Prepare, WideTablesStayWithinTheBoundOfAPartial) {
  std::string text = "label";
  for (int c = 0; c < 400; ++c) absl::StrAppend(&text, ",pixel", c);
  for (int row = 0; row < 300; ++row) {
    absl::StrAppend(&text, "\nclass", row % 10);
    for (int c = 0; c < 400; ++c) absl::StrAppend(&text, ",", (row * 31 + c * 17) % 256);
  }
  InProcess cluster({.inline_only = true});
  const Outputs outputs = Prepare(cluster, text, {{"label", "label"}}, 20);
  EXPECT_EQ(DocumentOf(outputs.at("fitted"))["features"].size(), 400u);
}

TEST(Prepare, AFittedDocumentOver64KiBIsWholeAndNotTheMemo) {
  std::string text = "label,region,branch";
  for (int row = 0; row < 2000; ++row) {
    absl::StrAppend(&text, "\nclass", row % 2, ",region with a long name ", row % 800, ",branch with a long name ",
                    row % 790);
  }
  InProcess cluster({.inline_only = true});
  const Outputs outputs = Prepare(cluster, text, {{"label", "label"}}, 500);
  EXPECT_GT(outputs.at("fitted").content.bytes.size(), size_t{kInlineBytesMax});
  EXPECT_EQ(DocumentOf(outputs.at("fitted"))["features"].size(), 1590u);
  EXPECT_EQ(RowsOf(cluster, outputs.at("all")).size(), 2000u);
}

TEST(Prepare, PositiveIsClassOne) {
  InProcess cluster;
  const std::string text = "x,y\n1,yes\n2,no\n3,yes\n";
  EXPECT_EQ(DocumentOf(Prepare(cluster, text, {{"label", "y"}}).at("fitted"))["label"]["classes"], Json({"no", "yes"}));
  const Outputs outputs = Prepare(cluster, text, {{"label", "y"}, {"positive", "no"}});
  EXPECT_EQ(DocumentOf(outputs.at("fitted"))["label"]["classes"], Json({"yes", "no"}));
  EXPECT_EQ(RowsOf(cluster, outputs.at("all"))[1].label, 1);
}

TEST(Prepare, OutputsNameTheirFeaturesAndTheClassesOfTheirLabels) {
  InProcess cluster;
  const Outputs outputs = Prepare(cluster, "x,y\n1,good\n2,bad\n3,good\n", {{"label", "y"}, {"positive", "bad"}});
  const Table table = cluster.Rows(outputs.at("all"));
  EXPECT_THAT(table.schema.columns[2].classes, ElementsAre("good", "bad"));
  Schema named = table.schema;
  named.columns[1].classes = {"x"};  // of the features, where it is not repeated in each partial
  EXPECT_EQ(outputs.at("all").schema, named.Encode());
}

TEST(Prepare, OutputsAreNamedBySplit) {
  const coordinator::Planner* planner = coordinator::BuiltinPlanners().Find("prepare");
  Json parameters = {{"label", "y"}, {"split", {{"zoo", 0.1}, {"test", 0.1}, {"train", 0.5}, {"dev", 0.1}}}};
  ASSERT_THAT(CheckParameters(planner->description().parameters, &parameters), IsEmpty());
  EXPECT_THAT(planner->OutputNames(parameters),
              ElementsAre("train", "dev", "test", "zoo", "fitted", "quality", "quarantined"));
  parameters.erase("split");
  EXPECT_THAT(planner->OutputNames(parameters), ElementsAre("all", "fitted", "quality", "quarantined"));
}

}  // namespace
}  // namespace mote::testing
