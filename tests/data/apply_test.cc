// `apply`: new rows are treated as the training rows were.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/philox.h"
#include "common/prepare/fitted.h"
#include "tests/data/prepare_run.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Rows of three columns and a label, drawn by the seed; numbers are shifted by `shift`.
std::string Loans(int rows, uint64_t seed, double shift = 0) {
  const Philox random(seed, 0);
  std::string text = "amount,job,age,y\n";
  for (int i = 0; i < rows; ++i) {
    const auto at = static_cast<uint64_t>(i);
    absl::StrAppend(&text, i % 17 == 0 ? "" : absl::StrCat(random.Normal(at) + shift), ",job", random.U64(at) % 4, ",",
                    random.U64(at + 1000) % 60, ",", random.U64(at) % 2 == 0 ? "p" : "q", "\n");
  }
  return text;
}

absl::StatusOr<Outputs> Apply(InProcess& cluster, const Output& fitted, const std::string& text,
                              const Json& parameters = Json::object()) {
  coordinator::TaskShape tasks;
  tasks.rows = 7;
  Json all = {{"fitted", "clean.fitted"}};
  all.update(parameters);
  return cluster.Run("apply", all, {{"input", *cluster.Index(text, "csv", 97, 1000, "new.csv")}, {"fitted", fitted}},
                     tasks);
}

TEST(Apply, TheTrainingRowsThemselvesComeOutAsTheyWere) {
  const std::string text = Loans(200, 1);
  InProcess cluster;
  const Json parameters = {{"label", "y"}, {"outliers", {{"iqr", 1}}}, {"hash", {{"job", 3}}}};
  const Outputs prepared = Prepare(cluster, text, parameters, 50);
  const Outputs applied = *Apply(cluster, prepared.at("fitted"), text);
  EXPECT_EQ(cluster.Rows(applied.at("result")), cluster.Rows(prepared.at("all")));
  EXPECT_EQ(applied.at("result").schema, prepared.at("all").schema);
  EXPECT_EQ(DocumentOf(applied.at("quality"))["columns"][0]["drift"]["result"], 0);
}

TEST(Apply, NothingIsLearntFromTheNewRows) {
  InProcess cluster;
  const Outputs prepared = Prepare(cluster, Loans(200, 1), {{"label", "y"}, {"standardize", "off"}});
  const Outputs applied = *Apply(cluster, prepared.at("fitted"), "amount,job,age,y\n,job0,1000,p\n,,1000,q\n");
  const double median = DocumentOf(prepared.at("fitted"))["columns"][0]["impute"];
  EXPECT_THAT(FeatureOf(cluster, applied.at("result")),
              ElementsAre(static_cast<float>(median), static_cast<float>(median)));
}

TEST(Apply, ColumnsAreFoundByNameAndTheLabelMayBeLacking) {
  InProcess cluster;
  const Outputs prepared = Prepare(cluster, Loans(200, 1), {{"label", "y"}, {"standardize", "off"}});
  const Outputs applied = *Apply(cluster, prepared.at("fitted"), "age,comment,job,amount\n33,hi,job1,2.5\n");
  const Table table = cluster.Rows(applied.at("result"));
  EXPECT_EQ(table.schema.columns.size(), 2u);
  EXPECT_THAT(FeatureOf(cluster, applied.at("result"), 0), ElementsAre(2.5f));
  EXPECT_THAT(FeatureOf(cluster, applied.at("result"), 5), ElementsAre(33.0f));
}

TEST(Apply, AModelMadeForOtherColumnsIsRefusedByName) {
  InProcess cluster;
  const Outputs prepared = Prepare(cluster, Loans(50, 1), {{"label", "y"}});
  EXPECT_THAT(std::string(Apply(cluster, prepared.at("fitted"), "amount,jobs\n1,job1\n").status().message()),
              HasSubstr("what was fitted does not fit \"new.csv\": it lacks \"job\"; did you mean \"jobs\"?, \"age\""));
}

TEST(Apply, DriftIsTheStabilityIndexAndItsLimitRefusesToGoOn) {
  InProcess cluster;
  const Outputs prepared = Prepare(cluster, Loans(2000, 1), {{"label", "y"}});
  const Outputs like = *Apply(cluster, prepared.at("fitted"), Loans(2000, 2));
  const Json quality = DocumentOf(like.at("quality"));
  EXPECT_LT(quality["columns"][0]["drift"]["result"].get<double>(), 0.05);
  EXPECT_EQ(quality["rows"]["kept"]["result"], 2000);
  const absl::Status shifted =
      Apply(cluster, prepared.at("fitted"), Loans(500, 2, 2.0), {{"quality", {{"max_drift", 0.25}}}}).status();
  EXPECT_THAT(std::string(shifted.message()), HasSubstr("the drift of column \"amount\" in result is"));
  EXPECT_THAT(std::string(shifted.message()), HasSubstr("above quality.max_drift: 0.25"));
}

TEST(Apply, UnseenCategoriesAreCountedAndLimited) {
  InProcess cluster;
  const Outputs prepared = Prepare(cluster, Loans(200, 1), {{"label", "y"}});
  const std::string text = "amount,job,age\n1,pilot,3\n2,job1,3\n";
  EXPECT_EQ(DocumentOf(Apply(cluster, prepared.at("fitted"), text)->at("quality"))["columns"][1]["unseen_categories"],
            1);
  EXPECT_THAT(
      std::string(Apply(cluster, prepared.at("fitted"), text, {{"quality", {{"max_unseen", 0.1}}}}).status().message()),
      HasSubstr("the share of unseen categories of column \"job\" is 0.5"));
}

TEST(Apply, WhatIsNotFittedIsRefused) {
  InProcess cluster;
  const Outputs prepared = Prepare(cluster, Loans(50, 1), {{"label", "y"}});
  EXPECT_THAT(std::string(Apply(cluster, prepared.at("quality"), "a\n1\n").status().message()),
              HasSubstr("is not what a prepare stage of this version yields"));
  EXPECT_THAT(std::string(cluster.Run("apply", Json::object(), {}).status().message()), HasSubstr("set one of fitted"));
}

TEST(Apply, RowsThatAreYetToBeJudgedHaveNoLabel) {
  InProcess cluster;
  const Outputs prepared = Prepare(cluster, Loans(200, 1), {{"label", "y"}});
  const std::string text = "amount,job,age,y\n1,job1,30,\n2,job1,31,pending\n3,job1,32,q\n";
  const Outputs applied = *Apply(cluster, prepared.at("fitted"), text);
  const Table table = cluster.Rows(applied.at("result"));
  ASSERT_EQ(table.rows, 3);
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  EXPECT_EQ(view.Number(0, 2), kUnknownClass);
  EXPECT_EQ(view.Number(1, 2), kUnknownClass);
  EXPECT_EQ(view.Number(2, 2), 1);
  EXPECT_EQ(applied.at("quarantined").rows, 0);
  const Json label = DocumentOf(applied.at("quality"))["columns"][3];
  EXPECT_EQ(label["missing"], 1);
  EXPECT_EQ(label["unknown"], 1);
}

}  // namespace
}  // namespace mote::testing
