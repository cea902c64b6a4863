// Rows that stay at workers: prepared where they are, by what all of them say together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/dataset.h"
#include "common/json.h"
#include "common/prepare/prepared_view.h"
#include "coordinator/plan/site_tables.h"
#include "tests/data/prepare_run.h"
#include "tests/testing/in_process.h"

namespace mote::testing {
namespace {

using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

constexpr char kHeader[] = "age,city,kept\n";

std::string Rows(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) {
    absl::StrAppend(&text, i % 7 == 3 ? "" : absl::StrCat(i * 13 % 50), ",",
                    i % 3 == 0   ? "rome"
                    : i % 5 == 0 ? "oslo"
                                 : "bern",
                    ",", i % 2 == 0 ? "yes" : "no", "\n");
  }
  return text;
}

Output Pinned(InProcess& process, const std::vector<std::pair<std::string, std::string>>& files) {
  std::vector<coordinator::SiteTable> sites;
  for (const auto& [worker, text] : files) sites.push_back({worker, process.Index(text, "csv", 97, 1000).value()});
  return coordinator::JoinSites(std::move(sites)).value();
}

absl::StatusOr<Outputs> PrepareSites(InProcess& process, const Output& input, const Json& parameters) {
  coordinator::TaskShape tasks;
  tasks.rows = 9;
  return process.Run("prepare", parameters, {{"input", input}}, tasks);
}

// All rows of a table in the order of its sites.
std::string FlatRows(InProcess& process, const Output& table) {
  std::string bytes;
  for (const coordinator::SiteTable& site : coordinator::SiteTablesOf(table)) {
    bytes += process.Rows(site.rows).bytes;
  }
  return bytes;
}

// Without `row`, which counts from 0 at each site.
std::vector<float> Features(InProcess& process, const Output& table) {
  std::vector<float> all;
  for (const coordinator::SiteTable& site : coordinator::SiteTablesOf(table)) {
    const Table rows = process.Rows(site.rows);
    const TableView view = *TableView::Open(rows.schema, rows.rows, rows.bytes);
    for (int64_t row = 0; row < rows.rows; ++row) {
      for (int64_t i = 0; i < rows.schema.columns[1].width; ++i) {
        all.push_back(static_cast<float>(view.Number(row, 1, i)));
      }
      all.push_back(static_cast<float>(view.Number(row, 2)));
    }
  }
  return all;
}

TEST(Pinned, RowsAreWhatTheyWouldBeInOneFile) {
  InProcess process;
  const Json parameters{{"label", "kept"}, {"quality", {{"max_missing", 0.5}}}};
  const Output pinned = Pinned(process, {{"berlin", kHeader + Rows(0, 50)}, {"paris", kHeader + Rows(50, 130)}});
  const auto there = PrepareSites(process, pinned, parameters);
  ASSERT_TRUE(there.ok()) << there.status();
  const Outputs here = Prepare(process, kHeader + Rows(0, 130), parameters, 9);
  EXPECT_EQ(DocumentOf(there->at("fitted")).at("features"), DocumentOf(here.at("fitted")).at("features"));
  EXPECT_EQ(there->at("all").rows, 130);
  EXPECT_EQ(there->at("all").bytes, here.at("all").bytes);
  EXPECT_EQ(there->at("all").schema, here.at("all").schema);
  // Means are added up in another order.
  EXPECT_THAT(Features(process, there->at("all")), Pointwise(FloatNear(1e-6F), Features(process, here.at("all"))));
  EXPECT_EQ(DocumentOf(there->at("quality")).at("rows"), DocumentOf(here.at("quality")).at("rows"));
}

TEST(Pinned, NothingOfThemIsStored) {
  const std::string secret = "4711";
  InProcess process;
  std::string text = kHeader + Rows(0, 40);
  for (int i = 0; i < 30; ++i) absl::StrAppend(&text, secret, ",rome,yes\n");
  const Output pinned = Pinned(process, {{"berlin", text}});
  const auto outputs = PrepareSites(process, pinned, {{"label", "kept"}, {"split", {{"train", 0.5}, {"test", 0.5}}}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  for (const char* name : {"train", "test", "quarantined"}) {
    const Output& table = outputs->at(name);
    ASSERT_TRUE(table.is_pinned()) << name;
    EXPECT_TRUE(table.content == Value()) << name;
    const PreparedView view = PreparedView::Decode(process.Content(coordinator::SiteTablesOf(table)[0].rows)).value();
    Output described = table;
    described.content = view.table;
    const Dataset dataset = Dataset::Decode(process.Content(described)).value();
    for (const Segment& segment : dataset.segments) {
      std::shared_ptr<const void> keep;
      EXPECT_FALSE(process.context().Read(segment.blob.digest, &keep).ok()) << "its bytes lie nowhere";
    }
  }
  EXPECT_EQ(outputs->at("train").rows + outputs->at("test").rows, 70);
}

TEST(Pinned, RowsLargerThanABlobAreCutAndFound) {
  InProcess process;
  std::string text = "a,kept\n";
  for (int i = 0; i < 3000; ++i) absl::StrAppend(&text, "v", i % 900, ",", i % 2 == 0 ? "yes" : "no", "\n");
  const Output pinned = Pinned(process, {{"berlin", text}});
  coordinator::TaskShape tasks;
  tasks.rows = 1500;  // of 900 features each: 5 MB
  const Json parameters{{"label", "kept"}, {"split", {{"train", 0.6}, {"test", 0.4}}}};
  const auto outputs = process.Run("prepare", parameters, {{"input", pinned}}, tasks);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const Outputs plain = [&] {
    const Output input = process.Index(text, "csv", 97, 1000).value();
    return process.Run("prepare", parameters, {{"input", input}}, tasks).value();
  }();
  for (const char* name : {"train", "test"}) {
    EXPECT_EQ(FlatRows(process, outputs->at(name)), FlatRows(process, plain.at(name))) << name;
  }
}

TEST(Pinned, OutliersAreThoseOfAllSites) {
  InProcess process;
  std::string far = kHeader + Rows(0, 60);
  absl::StrAppend(&far, "9000,rome,yes\n");
  const Json parameters{{"label", "kept"}, {"outliers", {{"iqr", 1.5}, {"then", "drop"}}}};
  const Output pinned = Pinned(process, {{"berlin", far}, {"paris", kHeader + Rows(60, 140)}});
  const auto outputs = PrepareSites(process, pinned, parameters);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(outputs->at("quarantined").rows, 1);
  EXPECT_EQ(outputs->at("all").rows, 140);
}

TEST(Pinned, SitesOfDifferentColumnsAreNamed) {
  InProcess process;
  std::vector<coordinator::SiteTable> sites;
  sites.push_back({"berlin", process.Index("a,b\n1,2\n").value()});
  sites.push_back({"paris", process.Index("a,c\n1,2\n").value()});
  EXPECT_THAT(std::string(coordinator::JoinSites(std::move(sites)).status().message()),
              HasSubstr("worker paris has other columns than worker berlin: a:text, c:text and a:text, b:text"));
}

TEST(Pinned, OperationsThatWouldMoveTheRowsAreRefused) {
  InProcess process;
  const Output pinned = Pinned(process, {{"berlin", kHeader + Rows(0, 9)}, {"paris", kHeader + Rows(9, 20)}});
  const auto told = [&](const std::string& operation, const Json& parameters) {
    return std::string(process.Run(operation, parameters, {{"input", pinned}}).status().message());
  };
  EXPECT_THAT(told("distinct", Json::object()), HasSubstr("its rows stay at workers berlin, paris"));
  EXPECT_THAT(told("filter", {{"where", {{"age", {{"min", 3}}}}}}),
              HasSubstr("its rows stay at workers berlin, paris"));
  EXPECT_THAT(told("prepare", {{"label", "kept"}, {"split", {{"train", 1.0}, {"stratify", "kept"}}}}),
              HasSubstr("split: column kept of all rows decides, and these stay at workers berlin, paris"));
}

TEST(Pinned, ASiteWithoutRowsOfASplitIsASite) {
  InProcess process;
  const Output pinned = Pinned(process, {{"berlin", kHeader + Rows(0, 50)}, {"paris", kHeader + Rows(50, 51)}});
  const auto outputs = PrepareSites(process, pinned, {{"label", "kept"}, {"split", {{"train", 0.9}, {"test", 0.1}}}});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  ASSERT_EQ(outputs->at("test").sites.size(), 2U);
  EXPECT_EQ(outputs->at("train").rows + outputs->at("test").rows, 51);
  EXPECT_EQ(std::min(outputs->at("train").sites[1].rows, outputs->at("test").sites[1].rows), 0);
  EXPECT_EQ(FlatRows(process, outputs->at("test")).size(), static_cast<size_t>(outputs->at("test").bytes));
}

TEST(Pinned, AViewThatIsNoneIsRefused) {
  const PreparedView view{Value{"t", {}}, Value{"s", {}}, "{}", "{}", 7, 1};
  const std::string good = view.Encode();
  ASSERT_TRUE(PreparedView::Decode(good).ok());
  EXPECT_EQ(PreparedView::Decode(good)->Encode(), good);
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(PreparedView::Decode(good.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(PreparedView::Decode(good + "x").ok());
  PreparedView wrong = view;
  wrong.rows_per_task = 0;
  EXPECT_FALSE(PreparedView::Decode(wrong.Encode()).ok());
}

}  // namespace
}  // namespace mote::testing
