#include "common/arff_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/philox.h"

namespace mote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using AttributeKind = ArffAttribute::Kind;

// x numeric, size {small, 'very large'}, note string.
ArffScanner MakeScanner() {
  return ArffScanner({{"x", AttributeKind::kNumeric},
                      {"size", AttributeKind::kNominal, {"small", "very large"}},
                      {"note", AttributeKind::kText}});
}

std::vector<std::string> CellsOf(std::string_view line) {
  ArffScanner scanner = MakeScanner();
  std::vector<std::string_view> cells;
  const absl::Status scanned = scanner.Cells(line, &cells);
  EXPECT_TRUE(scanned.ok()) << scanned;
  return {cells.begin(), cells.end()};
}

std::string ErrorOfLine(std::string_view line) {
  ArffScanner scanner = MakeScanner();
  std::vector<std::string_view> cells;
  const absl::Status scanned = scanner.Cells(line, &cells);
  EXPECT_EQ(scanned.code(), absl::StatusCode::kInvalidArgument) << line;
  return std::string(scanned.message());
}

TEST(ArffScanner, CommasAndBlanksSeparateValues) {
  EXPECT_THAT(CellsOf("1.5,small,hello"), ElementsAre("1.5", "small", "hello"));
  EXPECT_THAT(CellsOf("  -2e3 ,\t'very large' , \"a b\" \r"), ElementsAre("-2e3", "very large", "a b"));
  EXPECT_THAT(CellsOf("1\tsmall  note"), ElementsAre("1", "small", "note"));
  EXPECT_THAT(CellsOf("1,small,hello % a comment"), ElementsAre("1", "small", "hello"));
  EXPECT_THAT(CellsOf("1,small,''"), ElementsAre("1", "small", ""));
}

TEST(ArffScanner, QuotesHoldWhatHasAMeaningOutside) {
  EXPECT_THAT(CellsOf(R"(1,small,'a,b{c}%"d" ?')"), ElementsAre("1", "small", "a,b{c}%\"d\" ?"));
  EXPECT_THAT(CellsOf(R"(1,'small',"it's")"), ElementsAre("1", "small", "it's"));
  EXPECT_THAT(CellsOf(R"('1','very large','it\'s \\ \"50\%\"\n\r\t')"),
              ElementsAre("1", "very large", "it's \\ \"50%\"\n\r\t"));
  EXPECT_THAT(CellsOf(R"(1,'very\ large',C:\new)"), ElementsAre("1", "very large", "C:\\new"));
}

TEST(ArffScanner, AQuestionMarkIsMissingWhateverTheType) {
  EXPECT_THAT(CellsOf("?,?,?"), ElementsAre("?", "?", "?"));
  EXPECT_THAT(ErrorOfLine("'?',small,x"), HasSubstr("attribute \"x\" has the value \"?\", which is no number"));
  EXPECT_THAT(ErrorOfLine("1,'?',x"), HasSubstr("which is not declared: size {small, very large}"));
}

TEST(ArffScanner, ValuesAreWhatWasDeclared) {
  EXPECT_EQ(ErrorOfLine("1,Small,x"),
            "attribute \"size\" has the value \"Small\", which is not declared: size {small, very large}");
  EXPECT_EQ(ErrorOfLine("abc,small,x"),
            "attribute \"x\" has the value \"abc\", which is no number; write ? for a missing one");
  EXPECT_THAT(CellsOf("+1e-3,small,x"), ElementsAre("+1e-3", "small", "x"));
  EXPECT_THAT(CellsOf("NaN,small,x"), ElementsAre("NaN", "small", "x"));  // operations say what they make of it
}

TEST(ArffScanner, ARowOfAnotherLengthIsLeftToTheCaller) {
  EXPECT_THAT(CellsOf("nothing"), ElementsAre("nothing"));
  EXPECT_THAT(CellsOf("small,1,a,b"), ElementsAre("small", "1", "a", "b"));
}

TEST(ArffScanner, WhatReadersWouldReadDifferentlyIsRefused) {
  EXPECT_THAT(ErrorOfLine("1,,x"), HasSubstr("an empty value; write ?"));
  EXPECT_THAT(ErrorOfLine(",small,x"), HasSubstr("an empty value; write ?"));
  EXPECT_THAT(ErrorOfLine("1,small,x,"), HasSubstr("an empty value; write ?"));
  EXPECT_THAT(ErrorOfLine("1,small,50%"), HasSubstr("a quote or % inside a value"));
  EXPECT_THAT(ErrorOfLine("1,small,it's"), HasSubstr("a quote or % inside a value"));
  EXPECT_THAT(ErrorOfLine("1,small,'it''s'"), HasSubstr("text after a closing quote"));
  EXPECT_THAT(ErrorOfLine("1,small,'x"), HasSubstr("a quote is not closed on its line"));
  EXPECT_THAT(ErrorOfLine("1,small,'x\\'"), HasSubstr("a quote is not closed on its line"));
  EXPECT_THAT(ErrorOfLine("1,small,'x\\"), HasSubstr("a quote is not closed on its line"));
  EXPECT_THAT(ErrorOfLine(R"(1,small,'\u0041')"), HasSubstr("an escape that is none of"));
  EXPECT_THAT(ErrorOfLine("1,small,x,{0.5}"), HasSubstr("a { inside the row; quote the value, and leave out weights"));
  EXPECT_THAT(ErrorOfLine("1,small,x}"), HasSubstr("a } that nothing opened"));
}

TEST(ArffScanner, SparseRowsLeaveOutZeroAndTheFirstValue) {
  EXPECT_THAT(CellsOf("{2 a}"), ElementsAre("0", "small", "a"));
  EXPECT_THAT(CellsOf("  { 0 7, 1 'very large' ,2 'b c' } % comment"), ElementsAre("7", "very large", "b c"));
  EXPECT_THAT(CellsOf("{1 ?, 2 ?}"), ElementsAre("0", "?", "?"));
  ArffScanner numbers({{"a", AttributeKind::kNumeric}, {"b", AttributeKind::kNumeric}});
  std::vector<std::string_view> cells;
  ASSERT_TRUE(numbers.Cells("{}", &cells).ok());
  EXPECT_THAT(cells, ElementsAre("0", "0"));
}

TEST(ArffScanner, SparseRowsThatSayNothingOfATextOrTooMuchAreRefused) {
  EXPECT_THAT(ErrorOfLine("{0 1}"), HasSubstr("leaves out attribute \"note\", a text"));
  EXPECT_THAT(ErrorOfLine("{3 a}"), HasSubstr("\"3\" where an index is wanted: they ascend from 0 to 2"));
  EXPECT_THAT(ErrorOfLine("{-1 a}"), HasSubstr("\"-1\" where an index"));
  EXPECT_THAT(ErrorOfLine("{99999999999999999999 a}"), HasSubstr("where an index is wanted"));
  EXPECT_THAT(ErrorOfLine("{1 small, 0 1}"), HasSubstr("\"0\" where an index is wanted"));
  EXPECT_THAT(ErrorOfLine("{1 small, 1 small}"), HasSubstr("\"1\" where an index is wanted"));
  EXPECT_THAT(ErrorOfLine("{small}"), HasSubstr("{index value, index value, …}"));
  EXPECT_THAT(ErrorOfLine("{0 1 2 a}"), HasSubstr("no comma between them"));
  EXPECT_THAT(ErrorOfLine("{0 1,}"), HasSubstr("nothing behind its last comma"));
  EXPECT_THAT(ErrorOfLine("{0 1"), HasSubstr("no } last"));
  EXPECT_THAT(ErrorOfLine("{0 1,"), HasSubstr("{index value"));
  EXPECT_THAT(ErrorOfLine("{2 a}, {0.5}"), HasSubstr("something behind the }"));
  EXPECT_THAT(ErrorOfLine("{0 abc, 2 a}"), HasSubstr("attribute \"x\" has the value \"abc\""));
  EXPECT_THAT(ErrorOfLine("{1 big, 2 a}"), HasSubstr("which is not declared"));
}

TEST(ArffScanner, AnyBytesAreCellsOrAnError) {
  ArffScanner scanner = MakeScanner();
  const std::string signs = "01 ,{}'\"%\\?\t\rna\xff";
  std::vector<std::string_view> cells;
  const Philox philox(5, 0);
  uint64_t next = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string line;
    for (uint64_t k = philox.U64(next++) % 12; k > 0; --k) line += signs[philox.U64(next++) % signs.size()];
    const absl::Status scanned = scanner.Cells(line, &cells);
    if (!scanned.ok()) {
      EXPECT_EQ(scanned.code(), absl::StatusCode::kInvalidArgument);
      continue;
    }
    size_t bytes = 0;
    for (const std::string_view cell : cells) bytes += cell.size();
    EXPECT_LE(bytes, line.size() + 1 + std::string_view("small").size() + 1) << line;
  }
}

}  // namespace
}  // namespace mote
