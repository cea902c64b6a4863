// ARFF files as tables: their index, their rows and what operations make of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/philox.h"
#include "tests/data/prepare_run.h"
#include "tests/data/random_table.h"
#include "tests/testing/arff_file.h"
#include "tests/testing/in_process.h"
#include "worker/engine/cell_cursor.h"
#include "worker/engine/row_source.h"

namespace mote::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kFlowers[] =
    "@relation flowers\n"
    "@attribute length numeric\n"
    "@attribute kind {setosa, 'a b'}\n"
    "@data\n"
    "1.5,setosa\n"  // line 5
    "\n"
    "% a remark\n"
    "2,'a b'\n"      // line 8
    "3,virginica\n"  // line 9: not declared
    "4,setosa\n";

std::string ArffError(const std::string& text, int64_t chunk_bytes = 1 << 20) {
  InProcess cluster;
  const absl::StatusOr<Output> output = cluster.Index(text, "arff", chunk_bytes, 100, "x.arff");
  EXPECT_EQ(output.status().code(), absl::StatusCode::kInvalidArgument) << output.status();
  return std::string(output.status().message());
}

// The random table with every liberty that ARFF gives: quotes of both kinds, blanks
// anywhere, comments and blank lines. All of its columns are strings.
std::string MakeRandomArff(const RandomTable& table, uint64_t seed) {
  const Philox philox(seed, 7);
  uint64_t drawn = 0;
  const auto draw = [&](uint64_t n) { return philox.U64(drawn++) % n; };
  const auto blanks = [&] { return std::string(draw(4) == 0 ? draw(9) : 0, draw(2) == 0 ? ' ' : '\t'); };
  const auto rest = [&] {
    std::string text = draw(3) == 0 ? "\r\n" : "\n";
    while (draw(4) == 0) text += blanks() + (draw(2) == 0 ? "% one, 'two\n" : "\r\n");
    return text;
  };
  std::string text = draw(2) == 0 ? "\xef\xbb\xbf" : "";
  absl::StrAppend(&text, "@relation r", rest());
  for (const std::string& name : table.names) absl::StrAppend(&text, "@attribute ", name, " string", rest());
  absl::StrAppend(&text, "@data", rest());
  for (size_t r = 0; r < table.rows.size(); ++r) {
    text += blanks();
    for (size_t c = 0; c < table.names.size(); ++c) {
      const std::string& cell = table.rows[r][c];
      absl::StrAppend(&text, c == 0 ? "" : ",", blanks(), draw(4) == 0 ? ArffQuoted(cell, '"') : ArffValue(cell),
                      blanks());
    }
    if (r + 1 < table.rows.size() || draw(2) == 0) text += rest();
  }
  return text;
}

TEST(Arff, FindsTheSameRowsForAnyCutIntoChunksBlobsAndBlocks) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    const RandomTable table = MakeRandomTable(40, seed);
    const std::string text = MakeRandomArff(table, seed);
    for (const int64_t chunk_bytes : {1, 2, 3, 7, 64, 1 << 20}) {
      SCOPED_TRACE(absl::StrCat("seed ", seed, " chunk_bytes ", chunk_bytes));
      InProcess cluster({static_cast<int>(seed % 4), seed % 2 == 0});
      const absl::StatusOr<Output> output = cluster.Index(text, "arff", chunk_bytes, 5 + 100 * (seed % 3));
      ASSERT_TRUE(output.ok()) << output.status();
      EXPECT_EQ(output->rows, 40);
      const Table rows = cluster.Rows(*output);
      EXPECT_EQ(TextCells(rows), table.rows);
      for (size_t c = 0; c < table.names.size(); ++c) EXPECT_EQ(rows.schema.columns[c].name, table.names[c]);
    }
  }
}

TEST(Arff, ChunksNameTheLineAndByteOfTheirFirstRow) {
  const std::string text = MakeRandomArff(MakeRandomTable(80, 3), 3);
  InProcess cluster;
  const Dataset dataset = *Dataset::Decode((*cluster.Index(text, "arff", 50)).content.bytes);
  ASSERT_GT(dataset.chunks.size(), 20u);
  for (const TextChunk& chunk : dataset.chunks) {
    EXPECT_EQ(chunk.first_line, 1 + std::count(text.begin(), text.begin() + chunk.offset, '\n'));
    EXPECT_FALSE(IsArffBlank(text[static_cast<size_t>(chunk.offset)]));
  }
}

TEST(Arff, AnyRangeReadsAsTheWholeDoes) {
  const RandomTable table = MakeRandomTable(50, 9);
  InProcess cluster;
  const Output output = *cluster.Index(MakeRandomArff(table, 9), "arff", 40, 100);
  const auto source = *engine::RowSource::Open(output.content, cluster.context());
  for (const TaskRange range : {TaskRange{0, 7}, {7, 30}, {30, 50}, {3, 4}, {49, 50}, {0, 0}, {20, 22}, {22, 23}}) {
    const absl::StatusOr<Table> rows = source->Read(range, cluster.context());
    ASSERT_TRUE(rows.ok()) << rows.status();
    const std::vector<std::vector<std::string>> expected(table.rows.begin() + range.begin,
                                                         table.rows.begin() + range.end);
    EXPECT_EQ(TextCells(*rows), expected);
  }
}

TEST(Arff, WithoutARowIsATableWithoutRows) {
  for (const char* end : {"", "\n", "\n \n% nothing\n\t"}) {
    InProcess cluster;
    const absl::StatusOr<Output> output =
        cluster.Index(absl::StrCat("@relation r\n@attribute a real\n@data", end), "arff", 3);
    ASSERT_TRUE(output.ok()) << output.status();
    EXPECT_EQ(output->rows, 0);
    EXPECT_EQ(Schema::Decode(output->schema)->ToString(), "a:text");
    EXPECT_EQ(cluster.Rows(*output).rows, 0);
  }
}

TEST(Arff, AValueThatIsNotDeclaredNamesLineAttributeAndValue) {
  InProcess cluster;
  for (const int64_t chunk_bytes : {3, 1 << 20}) {
    const Output output = *cluster.Index(kFlowers, "arff", chunk_bytes, kBlobBytesMax, "flowers.arff");
    const auto source = *engine::RowSource::Open(output.content, cluster.context());
    EXPECT_EQ(
        source->Read({0, 4}, cluster.context()).status().message(),
        "row=2 in \"flowers.arff\" line 9: attribute \"kind\" has the value \"virginica\", which is not declared: "
        "kind {setosa, a b}; fix the row or set on_bad_row: skip");
    // Only who asks for the row is told.
    EXPECT_THAT(TextCells(*source->Read({3, 4}, cluster.context())), ElementsAre(ElementsAre("4", "setosa")));
    EXPECT_THAT(TextCells(*source->Read({0, 2}, cluster.context())),
                ElementsAre(ElementsAre("1.5", "setosa"), ElementsAre("2", "a b")));
  }
}

TEST(Arff, ACursorOverCellsHasTheRowsAndLinesOfTheFile) {
  InProcess cluster;
  const Output output = *cluster.Index(kFlowers, "arff", 5);
  const auto cursor = *engine::CellCursor::Open(output.content, cluster.context());
  ASSERT_TRUE(cursor->Seek({1, 2}, cluster.context()).ok());
  std::vector<std::string_view> cells;
  ASSERT_TRUE(*cursor->Next(&cells));
  EXPECT_THAT(cells, ElementsAre("2", "a b"));
  EXPECT_EQ(cursor->row(), 1);
  EXPECT_EQ(cursor->line(), 8);
  EXPECT_FALSE(*cursor->Next(&cells));
}

TEST(Arff, ARaggedRowFailsOrIsSkippedAsOneOfCsv) {
  const std::string text = "@relation r\n@attribute a numeric\n@attribute y {p, q}\n@data\n1,p\n2\n3,q\n4,p\n{1 q}\n";
  InProcess cluster;
  const Output input = *cluster.Index(text, "arff", 10, 100, "x.arff");
  const auto failed = cluster.Run("prepare", {{"label", "y"}}, {{"input", input}});
  EXPECT_EQ(failed.status().message(),
            "row=1 in \"x.arff\" line 6 has 1 column, the header has 2; fix the row or set on_bad_row: skip");
  const auto skipped = cluster.Run("prepare", {{"label", "y"}, {"on_bad_row", "skip"}}, {{"input", input}});
  ASSERT_TRUE(skipped.ok()) << skipped.status();
  EXPECT_EQ(skipped->at("all").rows, 4);
  EXPECT_EQ(skipped->at("quarantined").rows, 1);
}

TEST(Arff, WhatIsNoArffFileIsRefusedByItsLine) {
  for (const int64_t chunk_bytes : {1, 7, 1 << 20}) {
    EXPECT_THAT(ArffError("a,b\n1,2\n", chunk_bytes), HasSubstr("\"x.arff\" line 1: no @relation"));
    EXPECT_THAT(ArffError("@relation r\n@attribute a real\n1\n", chunk_bytes), HasSubstr("\"x.arff\" line 3: neither"));
    EXPECT_THAT(ArffError(std::string("@relation r\n@attribute a real\n@data\n1\n\0\n", 40), chunk_bytes),
                HasSubstr("\"x.arff\" line 5 has a NUL byte (offset 38)"));
    EXPECT_THAT(ArffError(std::string("@relation \0\n@attribute a real\n@data\n1\n", 38), chunk_bytes),
                HasSubstr("\"x.arff\" line 1 has a NUL byte (offset 10)"));
  }
  EXPECT_THAT(ArffError(""), HasSubstr("\"x.arff\" is empty"));
  EXPECT_THAT(ArffError("@relation r\n@attribute a real\n@attribute b real\n@attribute a real\n@data\n1,2,3\n"),
              HasSubstr("columns 1 and 3 of the header are both called \"a\""));
  EXPECT_THAT(ArffError("@relation r\n@attribute '\xff' real\n@data\n"), HasSubstr("column 1 is not UTF-8"));
  EXPECT_THAT(ArffError("@relation r\n@attribute ' ' real\n@data\n"), HasSubstr("column 1 of the header has no name"));
}

TEST(Arff, EveryTruncationIsATableOrAnError) {
  const std::string text = kFlowers;
  for (size_t size = 1; size < text.size(); ++size) {
    InProcess cluster;
    const absl::StatusOr<Output> output = cluster.Index(text.substr(0, size), "arff", 11);
    if (!output.ok()) {
      EXPECT_EQ(output.status().code(), absl::StatusCode::kInvalidArgument) << size;
      continue;
    }
    const auto source = *engine::RowSource::Open(output->content, cluster.context());
    const absl::StatusOr<Table> rows = source->Read({0, output->rows}, cluster.context());
    EXPECT_TRUE(rows.ok() || absl::IsInvalidArgument(rows.status())) << rows.status();
  }
}

TEST(Arff, ARowOfManyMegabytesIsRefusedByItsLine) {
  const std::string head = "@relation r\n@attribute a string\n@data\nx\n";
  InProcess cluster;
  EXPECT_THAT(std::string(cluster.Index(head + std::string((64 << 20) + 1000, 'x') + "\n", "arff").status().message()),
              HasSubstr("line 5: the row that starts here has over 6"));
}

// The same cells, so what is learnt and made of them is the same to the last bit.
TEST(Arff, GermanCreditIsPreparedAsItsCsvIs) {
  std::ifstream file("examples/credit_risk/german_credit.csv");
  const std::string csv{std::istreambuf_iterator<char>(file), {}};
  ASSERT_GT(csv.size(), 100000u);
  const std::string arff = ArffOfCsv(csv);
  ASSERT_THAT(arff, HasSubstr("@attribute age numeric\n"));
  ASSERT_THAT(arff, HasSubstr("@attribute class {good, bad}\n"));
  const Json parameters = {
      {"label", "class"}, {"positive", "bad"}, {"split", {{"train", 0.7}, {"dev", 0.1}, {"test", 0.2}, {"seed", 7}}}};
  InProcess cluster;
  std::map<std::string, std::map<std::string, std::string>> contents;
  for (const auto& [format, text] : {std::pair("csv", csv), std::pair("arff", arff)}) {
    const absl::StatusOr<Output> input = cluster.Index(text, format, 4000, 9000);
    ASSERT_TRUE(input.ok()) << input.status();
    coordinator::TaskShape tasks;
    tasks.rows = 50;
    const auto outputs = cluster.Run("prepare", parameters, {{"input", *input}}, tasks);
    ASSERT_TRUE(outputs.ok()) << outputs.status();
    for (const auto& [name, output] : *outputs) {
      const bool is_table = output.kind == OutputKind::kTable;
      contents[name][format] = is_table ? cluster.Rows(output).bytes : cluster.Content(output);
      EXPECT_EQ(output.rows > 0, is_table && name != "quarantined") << name;
    }
    const auto applied = cluster.Run("apply", {{"fitted", "clean.fitted"}},
                                     {{"input", *input}, {"fitted", outputs->at("fitted")}}, tasks);
    ASSERT_TRUE(applied.ok()) << applied.status();
    contents["applied"][format] = cluster.Rows(applied->at("result")).bytes;
  }
  EXPECT_EQ(contents.size(), 7u);
  for (auto& [name, of] : contents) EXPECT_TRUE(of["csv"] == of["arff"]) << name;
}

TEST(Arff, RowsAreFilteredAndSampledAsThoseOfCsv) {
  const std::string csv = "age,city\n31,Bern\n17,Basel\n64,Bern\n45,'s'\n";
  InProcess cluster;
  std::vector<std::vector<std::vector<std::string>>> results;
  for (const auto& [format, text] : {std::pair("csv", csv), std::pair("arff", ArffOfCsv(csv))}) {
    const Output input = *cluster.Index(text, format, 20);
    const Json where = {{"where", {{"age", {{"min", 18}}}, {"city", "Bern"}}}};
    results.push_back(TextCells(cluster.Rows((*cluster.Run("filter", where, {{"input", input}})).at("result"))));
    results.push_back(
        TextCells(cluster.Rows((*cluster.Run("sample", {{"rows", 2}}, {{"input", input}})).at("result"))));
  }
  EXPECT_THAT(results[0], ElementsAre(ElementsAre("31", "Bern"), ElementsAre("64", "Bern")));
  EXPECT_EQ(results[1].size(), 2u);
  EXPECT_EQ(results[2], results[0]);
  EXPECT_EQ(results[3], results[1]);
}

}  // namespace
}  // namespace mote::testing
