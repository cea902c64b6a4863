#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/philox.h"
#include "common/prepare/fitted.h"
#include "common/prepare/grid.h"
#include "tests/trees/trained_trees.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What decides is the amount, a little the purpose, and never the age.
std::string Loans(int64_t rows) {
  const Philox random(11, 0);
  std::string text = "age,amount,purpose,class\n";
  for (int64_t row = 0; row < rows; ++row) {
    const auto draw = [&](int64_t i) { return random.Uniform(row * 4 + i); };
    const double amount = std::floor(draw(0) * 1000);
    const char* purpose = draw(1) < 0.5 ? "car" : draw(1) < 0.8 ? "house" : "boat";
    const double risk = amount / 1000 + (*purpose == 'b' ? 0.2 : 0);
    absl::StrAppend(&text, 20 + static_cast<int64_t>(draw(2) * 50), ",", amount, ",", purpose, ",",
                    draw(3) < risk * risk ? "bad" : "good", "\n");
  }
  return text;
}

struct Trained {
  std::unique_ptr<InProcess> process;
  std::map<std::string, Output> prepared;
  Output model;
};

Trained Train(InProcessOptions options = {}, const Json& more = Json::object()) {
  Trained run{std::make_unique<InProcess>(options), {}, {}};
  Json parameters{{"label", "class"}, {"positive", "bad"}, {"split", {{"train", 0.7}, {"test", 0.3}, {"seed", 2}}}};
  parameters.update(more);
  run.prepared = run.process->Run("prepare", parameters, {{"input", run.process->Index(Loans(900)).value()}}).value();
  run.model = run.process->Run("boost", {{"rounds", 20}, {"depth", 3}}, {{"input", run.prepared.at("train")}})
                  .value()
                  .at("model");
  return run;
}

absl::StatusOr<Json> DependenceOf(Trained& run, const Json& more = Json::object(), const std::string& table = "test") {
  Json parameters{{"model", "fit.model"}, {"fitted", "clean.fitted"}};
  parameters.update(more);
  auto outputs = run.process->Run(
      "dependence", parameters,
      {{"input", run.prepared.at(table)}, {"model", run.model}, {"fitted", run.prepared.at("fitted")}}, {.rows = 50});
  if (!outputs.ok()) return outputs.status();
  return Json::parse(run.process->Content(outputs->at("result")));
}

TEST(Dependence, IsWhatAPlainComputationOverTheWholeTableYields) {
  Trained run = Train();
  const absl::StatusOr<Json> found = DependenceOf(run);
  ASSERT_TRUE(found.ok()) << found.status();
  const Fitted fitted = Fitted::FromJson(Json::parse(run.process->Content(run.prepared.at("fitted")))).value();
  const auto model = Parse(run.process->Content(run.model));
  const Examples examples = ExamplesOf(run.process->Rows(run.prepared.at("test")));
  EXPECT_THAT(found->at("classes"), ElementsAre("good", "bad"));
  EXPECT_EQ(found->at("rows").get<size_t>(), examples.x.size());
  ASSERT_EQ(found->at("features").size(), 3U);
  for (size_t column = 0; column < 3; ++column) {
    const FittedColumn& tried = fitted.columns[column];
    const std::vector<GridPoint> grid = GridOf(tried);
    const Json& points = found->at("features")[column].at("points");
    ASSERT_EQ(points.size(), grid.size()) << tried.name;
    for (size_t i = 0; i < grid.size(); ++i) {
      EXPECT_EQ(points[i].at("value"), grid[i].value);
      double sum = 0;
      for (std::vector<float> x : examples.x) {
        const auto own = x.begin() + tried.first_feature;
        std::fill(own, own + tried.width(), 0.0F);
        own[grid[i].place] = grid[i].x;
        sum += ScoresOf(*model, x)[1];
      }
      EXPECT_NEAR(points[i].at("scores")[1].get<double>(), sum / static_cast<double>(examples.x.size()), 1e-6);
    }
  }
}

TEST(Dependence, FollowsWhatDecides) {
  Trained run = Train();
  const absl::StatusOr<Json> found = DependenceOf(run, {{"features", {"amount", "purpose"}}});
  ASSERT_TRUE(found.ok()) << found.status();
  const Json& amount = found->at("features").at(0);
  EXPECT_EQ(amount.at("name"), "amount");
  EXPECT_EQ(amount.at("kind"), "number");
  EXPECT_GT(amount.at("points").back().at("scores")[1].get<double>(),
            amount.at("points").front().at("scores")[1].get<double>() + 0.4);
  const Json& purpose = found->at("features").at(1).at("points");
  ASSERT_EQ(purpose.size(), 3U);
  EXPECT_EQ(purpose[0].at("value"), "boat");
  EXPECT_GT(purpose[0].at("scores")[1].get<double>(), purpose[1].at("scores")[1].get<double>());
}

TEST(Dependence, AnyCutGivesTheSameDocument) {
  Trained once = Train();
  const std::string document = DependenceOf(once)->dump();
  for (const bool backwards : {false, true}) {
    Trained again = Train({.block_level = 2, .backwards = backwards});
    EXPECT_EQ(DependenceOf(again)->dump(), document);
  }
}

TEST(Dependence, OrdinalAndHashedColumns) {
  Trained run = Train({}, {{"ordinal", {{"purpose", {"car", "boat", "house"}}}}, {"hash", {{"age", 4}}}});
  const absl::StatusOr<Json> found = DependenceOf(run);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->at("features").size(), 2U) << "the values of a hashed column are not known";
  EXPECT_EQ(found->at("features")[1].at("kind"), "ordinal");
  EXPECT_EQ(found->at("features")[1].at("points")[1].at("value"), "boat");
  EXPECT_THAT(std::string(DependenceOf(run, {{"features", {"age"}}}).status().message()),
              HasSubstr("column \"age\" is hashed, so its values are not known"));
}

TEST(Dependence, WhatCannotBeTriedIsRefused) {
  Trained run = Train();
  const auto message = [](const auto& result) { return std::string(result.status().message()); };
  EXPECT_THAT(message(DependenceOf(run, {{"features", {"amout"}}})),
              HasSubstr("no column \"amout\" was made features of; did you mean \"amount\"?"));
  EXPECT_THAT(message(DependenceOf(run, {{"features", {3}}})), HasSubstr("features: 3 is not the name of a column"));
  Trained other = Train({}, {{"drop_columns", {"age"}}});
  run.prepared["test"] = run.process->MakeTable(other.process->Rows(other.prepared.at("test")), 40);
  EXPECT_THAT(message(DependenceOf(run)), HasSubstr("fitted: the input's rows have no 1 features of column \"age\""));
}

// So many columns of numbers with names of so many bytes, of which the second decides.
std::string WideTable(int columns, size_t name_bytes) {
  const Philox random(12, 0);
  std::string text;
  for (int c = 0; c < columns; ++c) absl::StrAppend(&text, std::string(name_bytes - 4, 'n'), 1000 + c, ",");
  text += "class\n";
  for (int row = 0; row < 60; ++row) {
    double decides = 0;
    for (int c = 0; c < columns; ++c) {
      const double value = random.Uniform(row * columns + c);
      if (c == 1) decides = value;
      absl::StrAppend(&text, value, ",");
    }
    absl::StrAppend(&text, decides > 0.5 ? "bad" : "good", "\n");
  }
  return text;
}

Trained TrainOn(const std::string& text) {
  Trained run{std::make_unique<InProcess>(), {}, {}};
  run.prepared = run.process
                     ->Run("prepare", {{"label", "class"}, {"positive", "bad"}},
                           {{"input", run.process->Index(text, "csv", 1 << 20, 1 << 20).value()}})
                     .value();
  run.model =
      run.process->Run("boost", {{"rounds", 3}, {"depth", 1}, {"rows_min", 1}}, {{"input", run.prepared.at("all")}})
          .value()
          .at("model");
  return run;
}

TEST(Dependence, OfAVeryWideTableTheColumnsThatAreNamed) {
  Trained run = TrainOn(WideTable(300, 5));
  EXPECT_THAT(std::string(DependenceOf(run, Json::object(), "all").status().message()),
              AllOf(HasSubstr("features: 300 columns have 3300 values to try, which take "),
                    HasSubstr(" at most 65536 are allowed: name some of the columns, as features: [a, b]")));
  const absl::StatusOr<Json> found = DependenceOf(run, {{"features", {"n1001", "n1299"}}}, "all");
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->at("features").size(), 2U);
  const Json& decides = found->at("features")[0].at("points");
  EXPECT_GT(decides.back().at("scores")[1], decides.front().at("scores")[1]);
  const Json& other = found->at("features")[1].at("points");
  EXPECT_EQ(other.back().at("scores")[1], other.front().at("scores")[1]);
  EXPECT_THAT(std::string(DependenceOf(run, {{"features", {"m"}}}, "all").status().message()),
              HasSubstr("n1019 and 280 more"));
}

// The names of its features take more room than a table has for them.
TEST(Dependence, OfATableThatDoesNotNameItsFeatures) {
  Trained run = TrainOn(WideTable(200, 200));
  const std::string decides = std::string(196, 'n') + "1001";
  const absl::StatusOr<Json> found = DependenceOf(run, {{"features", {decides}}}, "all");
  ASSERT_TRUE(found.ok()) << found.status();
  const Json& points = found->at("features")[0].at("points");
  EXPECT_GT(points.back().at("scores")[1], points.front().at("scores")[1]);
}

TEST(Grid, ADocumentHoldsAColumnOfAThousandCategories) {
  Fitted fitted;
  FittedColumn& column = fitted.columns.emplace_back();
  column.name = "city";
  column.kind = ColumnKind::kCategory;
  for (int i = 0; i < 1000; ++i) {
    column.categories.push_back(absl::StrCat("k", i));
    fitted.features.push_back(absl::StrCat("city=k", i));
  }
  const absl::StatusOr<Json> document = GridDocument(fitted, {});
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_LT(document->dump().size(), 1000U);
  EXPECT_EQ(document->at("unnamed_features"), 0);
  EXPECT_EQ(document->at("columns")[0].at("width"), 1000);
}

TEST(Grid, NumbersAreDecilesWithinWhatIsNoOutlier) {
  FittedColumn column;
  column.kind = ColumnKind::kNumber;
  column.max = 10;
  column.center = 1;
  column.scale = 2;
  EXPECT_EQ(GridOf(column).size(), 11U);
  EXPECT_EQ(GridOf(column)[3].value, 3.0);
  EXPECT_EQ(GridOf(column)[3].x, 1.0F);
  column.bins.edges = {2, 2, 40};
  ASSERT_EQ(GridOf(column).size(), 3U);
  EXPECT_EQ(GridOf(column)[1].value, 2.0);
  EXPECT_EQ(GridOf(column)[2].value, 10.0);
  column.max = 0;
  EXPECT_EQ(GridOf(column).size(), 1U);
}

TEST(Grid, OfManyCategoriesTheFrequentOnes) {
  FittedColumn column;
  column.kind = ColumnKind::kCategory;
  for (int i = 0; i < 50; ++i) column.categories.push_back(absl::StrCat("k", i));
  column.bins.categories = {"k7", "k3"};
  const std::vector<GridPoint> grid = GridOf(column);
  ASSERT_EQ(grid.size(), 2U);
  EXPECT_EQ(grid[0].value, "k3");
  EXPECT_EQ(grid[1].place, 7);
  EXPECT_EQ(grid[1].x, 1.0F);
}

}  // namespace
}  // namespace mote::testing
