// Tables as shards: text of rows, cutting, manifest.
#include "client/outputs/shard_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "common/json.h"

namespace mote::client {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

std::string ReadFile(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class TempDir {
 public:
  TempDir() : path_((fs::temp_directory_path() / "mote-test-XXXXXX").string()) {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  ~TempDir() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Schema Mixed() {
  return {{{"id", DType::kI64, 1},
           {"x", DType::kF32, 2},
           {"y", DType::kF64, 1},
           {"raw", DType::kU8, 2},
           {"said", DType::kText, 1}}};
}

Table MixedRows() {
  TableBuilder builder(Mixed());
  const float x[] = {0.5F, std::numeric_limits<float>::quiet_NaN()};
  builder.AddI64(-7);
  builder.AddF32s(x, 2);
  builder.AddF64(0.1);
  builder.AddU8s("\x01\xff");
  builder.AddText("a \"b\", c\n");
  return builder.Take();
}

std::string Line(const Schema& schema, const Table& table, TableFormat format) {
  const absl::StatusOr<TableView> view = TableView::Open(schema, table.rows, table.bytes);
  EXPECT_TRUE(view.ok()) << view.status();
  std::string line;
  RowText(schema, format).Append(*view, 0, &line);
  return line;
}

Table Integers(int64_t begin, int64_t end) {
  TableBuilder builder(Schema{{{"n", DType::kI64, 1}}});
  for (int64_t i = begin; i < end; ++i) builder.AddI64(i);
  return builder.Take();
}

absl::Status Append(ShardWriter& writer, const Table& table) {
  const absl::StatusOr<TableView> view = TableView::Open(table.schema, table.rows, table.bytes);
  return view.ok() ? writer.Append(*view) : view.status();
}

TEST(RowText, CsvQuotesTextAndSpreadsVectors) {
  EXPECT_EQ(RowText(Mixed(), TableFormat::kCsv).Header(), "id,x.0,x.1,y,raw,said\n");
  EXPECT_EQ(Line(Mixed(), MixedRows(), TableFormat::kCsv), "-7,0.5,nan,0.1,01ff,\"a \"\"b\"\", c\n\"\n");
}

TEST(RowText, JsonHasAnObjectALine) {
  const std::string line = Line(Mixed(), MixedRows(), TableFormat::kJsonl);
  EXPECT_EQ(line,
            "{\"id\": -7, \"x\": [0.5, \"nan\"], \"y\": 0.1, \"raw\": \"01ff\", \"said\": \"a \\\"b\\\", c\\n\"}\n");
  EXPECT_TRUE(Json::accept(line));
  EXPECT_EQ(RowText(Mixed(), TableFormat::kJsonl).Header(), "");
}

TEST(RowText, ALoneRecordIsTheLineAsItWas) {
  const Schema schema{{{"record", DType::kText, 1}}};
  EXPECT_EQ(FormatOf("", schema), TableFormat::kJsonl);
  EXPECT_EQ(FormatOf("csv", schema), TableFormat::kCsv);
  EXPECT_EQ(FormatOf("", Mixed()), TableFormat::kCsv);
  TableBuilder builder(schema);
  builder.AddText("{\"a\":1}");
  EXPECT_EQ(Line(schema, builder.Take(), TableFormat::kJsonl), "{\"a\":1}\n");
}

TEST(RowText, NoLineIsLongerThanItsBound) {
  const Schema schema{{{"a", DType::kI64, 1}, {"b", DType::kF64, 3}, {"c", DType::kF32, 2}, {"d", DType::kU8, 5}}};
  TableBuilder builder(schema);
  const double b[] = {-std::numeric_limits<double>::max(), -2.2250738585072014e-308, -0.1234567890123456789};
  const float c[] = {-std::numeric_limits<float>::max(), -1.17549435e-38F};
  builder.AddI64(std::numeric_limits<int64_t>::min());
  builder.AddF64s(b, 3);
  builder.AddF32s(c, 2);
  builder.AddU8s("\x01\x02\x03\x04\x05");
  const Table table = builder.Take();
  for (const TableFormat format : {TableFormat::kCsv, TableFormat::kJsonl}) {
    const std::optional<int64_t> bound = RowText(schema, format).LineBytesMax();
    ASSERT_TRUE(bound.has_value());
    EXPECT_LE(static_cast<int64_t>(Line(schema, table, format).size()), *bound);
  }
  EXPECT_EQ(RowText(Mixed(), TableFormat::kCsv).LineBytesMax(), std::nullopt);
}

TEST(ShardLevel, IsAFunctionOfTheTableAndKeepsShardsBelowTheLimit) {
  const RowText fixed(Schema{{{"x", DType::kF32, 1000}}}, TableFormat::kCsv);
  const int level = ShardLevel(fixed, 1 << 30, int64_t{4000} << 30);
  EXPECT_EQ(level, ShardLevel(fixed, 10, 40000)) << "rows of fixed width: the number of rows does not matter";
  EXPECT_LE(*fixed.LineBytesMax() << level, kShardBytesMax);
  EXPECT_GT(*fixed.LineBytesMax() << (level + 1), kShardBytesMax - static_cast<int64_t>(fixed.Header().size()));
  const RowText text(Schema{{{"t", DType::kText, 1}}}, TableFormat::kCsv);
  EXPECT_GT(ShardLevel(text, 1000, 1000), ShardLevel(text, 1000, 100'000'000));
}

TEST(ShardWriter, CutsEveryPowerOfTwoHoweverRowsArrive) {
  TempDir whole_dir;
  TempDir pieces_dir;
  const Schema schema{{{"n", DType::kI64, 1}}};
  ShardWriter whole(whole_dir.path(), schema, TableFormat::kCsv, 2);
  ASSERT_TRUE(Append(whole, Integers(0, 10)).ok());
  ASSERT_TRUE(whole.Finish(Sha256("x")).ok());
  ShardWriter pieces(pieces_dir.path(), schema, TableFormat::kCsv, 2);
  for (int64_t i = 0; i < 10; i += 3) ASSERT_TRUE(Append(pieces, Integers(i, std::min<int64_t>(10, i + 3))).ok());
  ASSERT_TRUE(pieces.Finish(Sha256("x")).ok());

  EXPECT_EQ(ReadFile(whole_dir.path() + "/part-00000.csv"), "n\n0\n1\n2\n3\n");
  EXPECT_EQ(ReadFile(whole_dir.path() + "/part-00002.csv"), "n\n8\n9\n");
  for (const char* file : {"part-00000.csv", "part-00001.csv", "part-00002.csv", "manifest.json"}) {
    EXPECT_EQ(ReadFile(whole_dir.path() + "/" + file), ReadFile(pieces_dir.path() + "/" + file)) << file;
  }
}

TEST(ShardWriter, TheManifestDescribesEveryShard) {
  TempDir dir;
  ShardWriter writer(dir.path(), Schema{{{"n", DType::kI64, 1}}}, TableFormat::kJsonl, 3);
  ASSERT_TRUE(Append(writer, Integers(0, 9)).ok());
  ASSERT_TRUE(writer.Finish(Sha256("content")).ok());
  const Json manifest = Json::parse(ReadFile(dir.path() + "/manifest.json"));
  EXPECT_EQ(manifest["rows"], 9);
  EXPECT_EQ(manifest["digest"], "sha256:" + Sha256("content").Hex());
  EXPECT_EQ(manifest["schema"], Json::parse(R"([{"name": "n", "type": "i64", "width": 1}])"));
  ASSERT_EQ(manifest["shards"].size(), 2U);
  const std::string second = ReadFile(dir.path() + "/part-00001.jsonl");
  EXPECT_EQ(second, "{\"n\": 8}\n");
  EXPECT_EQ(
      manifest["shards"][1],
      (Json{{"file", "part-00001.jsonl"}, {"rows", 1}, {"bytes", second.size()}, {"sha256", Sha256(second).Hex()}}));
}

TEST(ShardWriter, ATableWithoutRowsIsItsHeader) {
  TempDir dir;
  ShardWriter writer(dir.path(), Schema{{{"n", DType::kI64, 1}}}, TableFormat::kCsv, 3);
  ASSERT_TRUE(writer.Finish(Sha256("")).ok());
  EXPECT_EQ(ReadFile(dir.path() + "/part-00000.csv"), "n\n");
}

TEST(ShardWriter, AShardThatGrowsTooLargeIsRefusedUnlessItIsOneRow) {
  const Schema schema{{{"t", DType::kText, 1}}};
  const std::string long_text(kShardBytesMax / 2 + 10, 'x');
  TableBuilder builder(schema);
  builder.AddText(long_text);
  builder.AddText(long_text);
  const Table table = builder.Take();
  TempDir dir;
  ShardWriter two(dir.path(), schema, TableFormat::kCsv, 1);
  EXPECT_EQ(Append(two, table).code(), absl::StatusCode::kOutOfRange);
  TempDir other;
  ShardWriter one(other.path(), schema, TableFormat::kCsv, 0);
  EXPECT_TRUE(Append(one, table).ok());
}

TEST(ShardWriter, ADirectoryThatIsNotThereIsNamed) {
  ShardWriter writer("/nonexistent/dir", Schema{{{"n", DType::kI64, 1}}}, TableFormat::kCsv, 3);
  const absl::Status status = Append(writer, Integers(0, 1));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("/nonexistent/dir/part-00000.csv"));
}

}  // namespace
}  // namespace mote::client
