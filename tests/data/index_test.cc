// The index of a text file, against a reader that goes through it once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/data/random_table.h"
#include "tests/testing/in_process.h"
#include "worker/engine/row_source.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string IndexError(const std::string& text, int64_t chunk_bytes = 1 << 20) {
  InProcess cluster;
  const absl::StatusOr<Output> output = cluster.Index(text, "csv", chunk_bytes);
  EXPECT_EQ(output.status().code(), absl::StatusCode::kInvalidArgument) << output.status();
  return std::string(output.status().message());
}

TEST(Index, FindsTheSameRowsForAnyCutIntoChunksBlobsAndBlocks) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const RandomTable table = MakeRandomTable(60, seed);
    for (const int64_t chunk_bytes : {1, 2, 3, 7, 64, 1 << 20}) {
      SCOPED_TRACE(absl::StrCat("seed ", seed, " chunk_bytes ", chunk_bytes));
      InProcess cluster({static_cast<int>(seed % 4), seed % 2 == 0});
      const absl::StatusOr<Output> output = cluster.Index(table.text, "csv", chunk_bytes, 5 + 100 * (seed % 3));
      ASSERT_TRUE(output.ok()) << output.status();
      EXPECT_EQ(output->rows, 60);
      const Table rows = cluster.Rows(*output);
      EXPECT_EQ(TextCells(rows), table.rows);
      for (size_t c = 0; c < table.names.size(); ++c) EXPECT_EQ(rows.schema.columns[c].name, table.names[c]);
    }
  }
}

TEST(Index, ChunksNameTheLineOnWhichTheirFirstRowStarts) {
  const RandomTable table = MakeRandomTable(80, 3);
  InProcess cluster;
  const Dataset dataset = *Dataset::Decode((*cluster.Index(table.text, "csv", 50)).content.bytes);
  ASSERT_GT(dataset.chunks.size(), 20u);
  for (const TextChunk& chunk : dataset.chunks) {
    EXPECT_EQ(chunk.first_line, 1 + std::count(table.text.begin(), table.text.begin() + chunk.offset, '\n'));
  }
}

TEST(Index, AHundredThousandChunksAreReadBackFromBlobs) {
  std::string text = "a,b\n";
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&text, i, ",x\n");
  InProcess cluster({6, false});
  const absl::StatusOr<Output> output = cluster.Index(text, "csv", 8);
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(output->rows, 20000);
  const auto source = *engine::RowSource::Open(output->content, cluster.context());
  EXPECT_THAT(TextCells(*source->Read({12345, 12346}, cluster.context())), ElementsAre(ElementsAre("12345", "x")));
}

TEST(Index, LinesOfTextAndJsonAreRows) {
  InProcess cluster;
  const Output text = *cluster.Index("one\n\n\"two\r\nthree", "text", 3);
  EXPECT_THAT(TextCells(cluster.Rows(text)),
              ElementsAre(ElementsAre("one"), ElementsAre(""), ElementsAre("\"two"), ElementsAre("three")));
  const Output json = *cluster.Index("{\"a\": 1}\n\n\r\n{\"a\": \"x\"}\n", "jsonl", 3);
  EXPECT_THAT(TextCells(cluster.Rows(json)), ElementsAre(ElementsAre("{\"a\": 1}"), ElementsAre("{\"a\": \"x\"}")));
}

TEST(Index, AByteOrderMarkAtTheBeginningIsNoPartOfARow) {
  const std::string mark = "\xef\xbb\xbf";
  for (const int64_t chunk_bytes : {3, 4, 1 << 20}) {
    SCOPED_TRACE(chunk_bytes);
    InProcess cluster;
    const Output text = *cluster.Index(mark + "one\n" + mark + "two\n", "text", chunk_bytes);
    EXPECT_THAT(TextCells(cluster.Rows(text)), ElementsAre(ElementsAre("one"), ElementsAre(mark + "two")));
    EXPECT_THAT(TextCells(cluster.Rows(*cluster.Index(mark + "\n1", "text", chunk_bytes))),
                ElementsAre(ElementsAre(""), ElementsAre("1")));
    EXPECT_EQ((*cluster.Index(mark, "text", chunk_bytes)).rows, 0);
    const Output json = *cluster.Index(mark + "\r\n{}\n[]", "jsonl", chunk_bytes);
    EXPECT_THAT(TextCells(cluster.Rows(json)), ElementsAre(ElementsAre("{}"), ElementsAre("[]")));
    const Output csv = *cluster.Index(mark + "\"a\",b\n1,2\n", "csv", chunk_bytes);
    EXPECT_THAT(TextCells(cluster.Rows(csv)), ElementsAre(ElementsAre("1", "2")));
    EXPECT_THAT(IndexError(mark, chunk_bytes), HasSubstr("\"loans.csv\" has no header"));
    EXPECT_THAT(IndexError(mark + "\na,b\n1,\"2\n", chunk_bytes), HasSubstr("line 3: the row that starts here"));
  }
}

TEST(Index, AHeaderAloneIsATableWithoutRows) {
  InProcess cluster;
  EXPECT_EQ((*cluster.Index("a,b\n")).rows, 0);
  EXPECT_EQ((*cluster.Index("a,b\n")).kind, OutputKind::kTable);
}

TEST(Index, AnEmptyFileIsRefused) {
  EXPECT_THAT(IndexError(""), HasSubstr("\"loans.csv\" is empty"));
  EXPECT_THAT(IndexError("\n\r\n\n", 1), HasSubstr("\"loans.csv\" has no header"));
}

TEST(Index, AHeaderWithoutUniqueNamesIsRefused) {
  EXPECT_THAT(IndexError("a,b,a\n1,2,3\n"), HasSubstr("columns 1 and 3 of the header are both called \"a\""));
  EXPECT_THAT(IndexError("a, ,c\n1,2,3\n"), HasSubstr("column 2 of the header has no name"));
  EXPECT_THAT(IndexError("a,\xff\n1,2\n"), HasSubstr("column 2 is not UTF-8"));
}

TEST(Index, AQuoteThatIsNeverClosedNamesTheLineOfItsRow) {
  for (const int64_t chunk_bytes : {1, 5, 1 << 20}) {
    EXPECT_THAT(IndexError("a,b\n1,2\n3,\"x\ny\"\n5,\"6\n7,8\n", chunk_bytes),
                HasSubstr("\"loans.csv\" line 5: the row that starts here opens a quote that is never closed"));
  }
}

TEST(Index, ARowOfManyMegabytesIsRefusedByItsLineWhereverItStands) {
  const std::string row = std::string((64 << 20) + 1000, 'x');
  const std::string expected = "the row that starts here has over 6";
  EXPECT_THAT(IndexError("a,b\n1,2\n3," + row + "\n5,6\n"), HasSubstr("line 3: " + expected));
  EXPECT_THAT(IndexError("a,b\n1,2\n3," + row), HasSubstr("line 3: " + expected));
  InProcess cluster;
  EXPECT_THAT(std::string(cluster.Index("a\n" + row + "\nb\n", "jsonl").status().message()),
              HasSubstr("line 2: " + expected));
}

TEST(Index, ANulByteNamesItsLineAndOffset) {
  for (const int64_t chunk_bytes : {1, 5, 1 << 20}) {
    EXPECT_THAT(IndexError(std::string("a,b\n1,2\n3,\0\n", 12), chunk_bytes),
                HasSubstr("\"loans.csv\" line 3 has a NUL byte (offset 10)"));
  }
}

TEST(RowSource, AnyRangeReadsAsTheWholeDoes) {
  const RandomTable table = MakeRandomTable(50, 9);
  InProcess cluster;
  const Output output = *cluster.Index(table.text, "csv", 40, 100);
  const auto source = *engine::RowSource::Open(output.content, cluster.context());
  for (const TaskRange range : {TaskRange{0, 7}, {7, 30}, {30, 50}, {3, 4}, {49, 50}, {0, 0}, {20, 22}, {22, 23}}) {
    const absl::StatusOr<Table> rows = source->Read(range, cluster.context());
    ASSERT_TRUE(rows.ok()) << rows.status();
    const std::vector<std::vector<std::string>> expected(table.rows.begin() + range.begin,
                                                         table.rows.begin() + range.end);
    EXPECT_EQ(TextCells(*rows), expected);
  }
  EXPECT_EQ(source->Read({49, 51}, cluster.context()).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(RowSource, ARaggedRowNamesItsLineAndBothCounts) {
  InProcess cluster;
  const Output output = *cluster.Index("a,b,c\n1,\"x\ny\",3\n\n4,5\n6,7,8\n", "csv", 4);
  const auto source = *engine::RowSource::Open(output.content, cluster.context());
  EXPECT_EQ(source->Read({0, 3}, cluster.context()).status().message(),
            "row=1 in \"loans.csv\" line 5 has 2 columns, the header has 3; fix the row or set on_bad_row: skip");
  EXPECT_TRUE(source->Read({2, 3}, cluster.context()).ok());
}

TEST(RowSource, BadQuotesNameTheLine) {
  InProcess cluster;
  const Output output = *cluster.Index("a,b\n1,2\n3,4\"5\"\n", "csv");
  const auto source = *engine::RowSource::Open(output.content, cluster.context());
  EXPECT_THAT(std::string(source->Read({0, 2}, cluster.context()).status().message()),
              HasSubstr("row=1 in \"loans.csv\" line 3: "));
}

}  // namespace
}  // namespace mote::testing
