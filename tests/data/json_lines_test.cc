// JSON lines whose fields are columns: their rows, and what operations make of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/data/prepare_run.h"
#include "tests/data/random_table.h"
#include "tests/testing/in_process.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kLoans[] =
    "{\"amount\": 1.5, \"owner\": {\"age\": 30}, \"class\": \"good\"}\n"
    "\n"
    "{\"class\": \"bad\", \"owner\": {\"age\": 41}, \"note\": [1, 2], \"amount\": 2}\r\n"
    "{\"amount\": null, \"owner\": {}, \"class\": \"good\"}\n";

Json Fields(const std::vector<std::string>& names) { return {{"columns", names}}; }

Output Indexed(InProcess& cluster, const std::string& text, const std::vector<std::string>& fields) {
  absl::StatusOr<Output> input = cluster.Index(text, "jsonl", 97, 1000, "loans.jsonl", Fields(fields));
  EXPECT_TRUE(input.ok()) << input.status();
  return input.ok() ? *std::move(input) : Output();
}

// The rows of the table as records, keys in another order, with fields that nobody asks for.
std::string RecordsOf(const RandomTable& table) {
  std::string text;
  for (const std::vector<std::string>& row : table.rows) {
    Json record{{"ignored", {{"x", row.size()}}}};
    for (size_t i = 0; i < row.size(); ++i) record[table.names[i]] = row[i];
    absl::StrAppend(&text, record.dump(), "\n");
  }
  return text;
}

TEST(JsonLines, FieldsAreColumns) {
  InProcess cluster;
  const Output output = Indexed(cluster, kLoans, {"owner.age", "amount", "class"});
  EXPECT_EQ(output.rows, 3);
  const Table table = cluster.Rows(output);
  EXPECT_EQ(table.schema.columns[0].name, "owner.age");
  EXPECT_THAT(TextCells(table), ElementsAre(ElementsAre("30", "1.5", "good"), ElementsAre("41", "2", "bad"),
                                            ElementsAre("", "", "good")));
}

TEST(JsonLines, ArePreparedToTheSameBitsAsTheEqualTableOfCsv) {
  for (const uint64_t seed : {1, 2, 3}) {
    const RandomTable table = MakeRandomTable(200, seed);
    const Json parameters{{"label", "class"}, {"split", {{"train", 0.6}, {"test", 0.4}, {"seed", 3}}}};
    InProcess cluster;
    const Outputs from_csv = Prepare(cluster, table.text, parameters, 16);
    coordinator::TaskShape tasks;
    tasks.rows = 16;
    const auto from_json =
        cluster.Run("prepare", parameters, {{"input", Indexed(cluster, RecordsOf(table), table.names)}}, tasks);
    ASSERT_TRUE(from_json.ok()) << from_json.status();
    for (const std::string name : {"train", "test"}) {
      EXPECT_EQ(cluster.Rows(from_csv.at(name)), cluster.Rows(from_json->at(name))) << name << ", seed " << seed;
    }
  }
}

TEST(JsonLines, ABadRecordFailsTheJobWithItsPlace) {
  InProcess cluster;
  const auto run =
      cluster.Run("prepare", {{"label", "class"}},
                  {{"input", Indexed(cluster, std::string(kLoans) + "{\"amount\": \n", {"amount", "class"})}});
  EXPECT_EQ(run.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(run.status().message()),
              HasSubstr("row=3 in \"loans.jsonl\" line 5: it is no JSON from byte"));
}

TEST(JsonLines, BadRecordsAreQuarantinedAsTheyAre) {
  InProcess cluster;
  const std::string text = std::string(kLoans) + "{\"amount\": \n7\n{\"amount\": {\"eur\": 5}, \"class\": \"bad\"}\n";
  const auto run = cluster.Run("prepare", {{"label", "class"}, {"on_bad_row", "quarantine"}},
                               {{"input", Indexed(cluster, text, {"amount", "class"})}});
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_EQ(run->at("all").rows, 3);
  EXPECT_EQ(run->at("quarantined").rows, 3);
  const Json quality = DocumentOf(run->at("quality"));
  EXPECT_EQ(quality["dropped"][0]["rows"], 3);
  EXPECT_EQ(quality["dropped"][0]["first_lines"], Json::parse("[5, 6, 7]"));
  const Table kept = cluster.Rows(run->at("quarantined"));
  const TableView view = *TableView::Open(kept.schema, kept.rows, kept.bytes);
  EXPECT_EQ(view.Text(0, *kept.schema.Find("record")), "{\"amount\": ");
  EXPECT_EQ(view.Text(1, *kept.schema.Find("record")), "7");
}

TEST(JsonLines, AreFilteredAndSampledByTheirFields) {
  InProcess cluster;
  const auto chosen = cluster.Run("filter", {{"where", {{"class", "good"}}}},
                                  {{"input", Indexed(cluster, kLoans, {"class", "amount"})}});
  ASSERT_TRUE(chosen.ok()) << chosen.status();
  EXPECT_THAT(TextCells(cluster.Rows(chosen->at("result"))),
              ElementsAre(ElementsAre("good", "1.5"), ElementsAre("good", "")));
}

TEST(JsonLines, FieldsThatCannotBeColumnsAreRefused) {
  InProcess cluster;
  const auto told = [&](const std::string& format, const std::vector<std::string>& names) {
    return std::string(cluster.Index("{}\n", format, 97, 1000, "x", Fields(names)).status().message());
  };
  EXPECT_THAT(told("jsonl", {"a", "a"}), HasSubstr("\"a\" is not the name of one more field"));
  EXPECT_THAT(told("jsonl", {""}), HasSubstr("is not the name of one more field"));
  EXPECT_THAT(told("text", {"a"}), HasSubstr("a file of text says itself what they are"));
}

}  // namespace
}  // namespace mote::testing
