#include "common/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace mote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Rows = std::vector<std::vector<std::string>>;

// All rows of a text without errors.
Rows Scan(std::string_view text, char delimiter = ',') {
  CsvScanner scanner(text, delimiter);
  std::vector<std::string_view> cells;
  Rows rows;
  for (;;) {
    const absl::StatusOr<bool> more = scanner.Next(&cells);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) break;
    rows.emplace_back(cells.begin(), cells.end());
  }
  EXPECT_EQ(scanner.offset(), static_cast<int64_t>(text.size()));
  return rows;
}

struct Failed {
  int64_t offset;
  std::string message;
  Rows rest;  // what the scanner still reads afterwards
};

// The first error of a text.
Failed ScanBad(std::string_view text) {
  CsvScanner scanner(text, ',');
  std::vector<std::string_view> cells;
  Failed failed{-1, "", {}};
  for (;;) {
    const absl::StatusOr<bool> more = scanner.Next(&cells);
    if (!more.ok()) {
      EXPECT_EQ(more.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(more.status().message()), HasSubstr(scanner.error().message));
      EXPECT_THAT(cells, IsEmpty());
      failed.offset = scanner.error().offset;
      failed.message = scanner.error().message;
      continue;
    }
    if (!*more) return failed;
    if (failed.offset >= 0) failed.rest.emplace_back(cells.begin(), cells.end());
  }
}

TEST(CsvScanner, RowsEndWithEitherLineEndOrTheText) {
  EXPECT_EQ(Scan("a,b\nc,d\n"), (Rows{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(Scan("a,b\r\nc,d\r\n"), (Rows{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(Scan("a,b\nc,d"), (Rows{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(Scan("a,b\nc,\"d\""), (Rows{{"a", "b"}, {"c", "d"}}));
}

TEST(CsvScanner, EmptyCellsCountAndEmptyLinesDoNot) {
  EXPECT_EQ(Scan(",\n\n\r\n,a,\n"), (Rows{{"", ""}, {"", "a", ""}}));
  EXPECT_EQ(Scan("a,"), (Rows{{"a", ""}}));
  EXPECT_EQ(Scan("\"\"\n"), (Rows{{""}}));
  EXPECT_EQ(Scan(" \n"), (Rows{{" "}}));
  EXPECT_EQ(Scan(""), Rows{});
  EXPECT_EQ(Scan("\n\n"), Rows{});
}

TEST(CsvScanner, QuotedCellsHoldDelimitersNewlinesAndQuotes) {
  EXPECT_EQ(Scan("\"a,b\",\"c\r\nd\",\"say \"\"hi\"\"\"\nx,\"\"\"\",\"\"\n"),
            (Rows{{"a,b", "c\r\nd", "say \"hi\""}, {"x", "\"", ""}}));
}

TEST(CsvScanner, CarriageReturnsInsideALineBelongToTheCell) {
  EXPECT_EQ(Scan("a\rb,c\r\r\nd\r"), (Rows{{"a\rb", "c\r"}, {"d\r"}}));
}

TEST(CsvScanner, OtherDelimitersLeaveCommasAlone) {
  EXPECT_EQ(Scan("a,b;c\n1,5;\"x;y\"\n", ';'), (Rows{{"a,b", "c"}, {"1,5", "x;y"}}));
  EXPECT_EQ(Scan("a b\tc", '\t'), (Rows{{"a b", "c"}}));
}

TEST(CsvScanner, LinesAndOffsetSayWhereTheNextRowStarts) {
  CsvScanner scanner("a\n\n\"x\ny\",z\r\nlast", ',');
  std::vector<std::string_view> cells;
  ASSERT_TRUE(*scanner.Next(&cells));
  EXPECT_EQ(scanner.offset(), 2);
  EXPECT_EQ(scanner.lines(), 1);
  ASSERT_TRUE(*scanner.Next(&cells));
  EXPECT_EQ(scanner.offset(), 12);
  EXPECT_EQ(scanner.lines(), 4);
  ASSERT_TRUE(*scanner.Next(&cells));
  EXPECT_EQ(scanner.lines(), 4);
  EXPECT_FALSE(*scanner.Next(&cells));
  EXPECT_FALSE(*scanner.Next(&cells));
}

TEST(CsvScanner, PlainCellsAreViewsIntoTheText) {
  const std::string text = "first,\"second\"\n";
  CsvScanner scanner(text, ',');
  std::vector<std::string_view> cells;
  ASSERT_TRUE(*scanner.Next(&cells));
  EXPECT_EQ(cells[0].data(), text.data());
  EXPECT_EQ(cells[1].data(), text.data() + 7);
}

TEST(CsvScanner, BadQuotesAreNamedWithTheirOffset) {
  Failed failed = ScanBad("ok\na\"b,c\nnext\n");
  EXPECT_EQ(failed.offset, 4);
  EXPECT_THAT(failed.message, HasSubstr("quote inside an unquoted field"));
  EXPECT_EQ(failed.rest, (Rows{{"next"}}));

  failed = ScanBad("\"a\"b,c\nnext\n");
  EXPECT_EQ(failed.offset, 3);
  EXPECT_THAT(failed.message, HasSubstr("text after a closing quote"));
  EXPECT_EQ(failed.rest, (Rows{{"next"}}));

  failed = ScanBad("\"a\"\rb\nnext\n");
  EXPECT_EQ(failed.offset, 3);
  EXPECT_EQ(failed.rest, (Rows{{"next"}}));

  failed = ScanBad("ok,\"a\nb\nc");
  EXPECT_EQ(failed.offset, 3);
  EXPECT_THAT(failed.message, HasSubstr("unterminated quote"));
  EXPECT_EQ(failed.rest, Rows{});
}

TEST(CsvScanner, ClosingQuoteFollowedByTextAndALineEndLosesThatLineOnly) {
  // The special byte after the bad text is the newline itself.
  const Failed failed = ScanBad("\"a\"b\nnext\nlast");
  EXPECT_EQ(failed.offset, 3);
  EXPECT_EQ(failed.rest, (Rows{{"next"}, {"last"}}));
}

TEST(CsvScanner, NulBytesAreNamedWithTheirOffset) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(ScanBad("a,b\n1,\0\nnext\n"sv).offset, 6);
  EXPECT_EQ(ScanBad("\"x\0\",b\n"sv).offset, 2);
  EXPECT_THAT(ScanBad("\0"sv).message, HasSubstr("NUL"));
}

TEST(CsvScanner, EveryCellAtEveryPlaceOfABlockIsFound) {
  // The scanner works on blocks of 64 bytes: shift one row through them.
  for (size_t pad = 0; pad < 140; ++pad) {
    const std::string text = std::string(pad, 'p') + ",\"q\"\"r,\",s\r\nt,\n\"\"\n";
    EXPECT_EQ(Scan(text), (Rows{{std::string(pad, 'p'), "q\"r,", "s"}, {"t", ""}, {""}})) << pad;
  }
}

// An encoder that quotes at random, and the scanner, must agree.
TEST(CsvScanner, RandomRowsAreReadBack) {
  std::mt19937 random(11);
  const std::string letters = "ab,\"\n\r é";
  for (int round = 0; round < 300; ++round) {
    Rows rows;
    std::string text;
    const size_t row_count = random() % 8;
    for (size_t r = 0; r < row_count; ++r) {
      std::vector<std::string> row(1 + random() % 5);
      for (size_t c = 0; c < row.size(); ++c) {
        for (size_t n = random() % 30; n > 0; --n) row[c] += letters[random() % letters.size()];
        if (c > 0) text += ',';
        text += '"';
        for (const char letter : row[c]) text += letter == '"' ? "\"\"" : std::string(1, letter);
        text += '"';
      }
      text += random() % 2 == 0 ? "\n" : "\r\n";
      rows.push_back(std::move(row));
    }
    ASSERT_EQ(Scan(text), rows);
  }
}

// Any bytes: the scanner ends, and stays inside the text.
TEST(CsvScanner, RandomBytesAreScannedToTheEnd) {
  std::mt19937 random(12);
  const std::string letters("a,\"\n\r\0", 6);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t n = random() % 150; n > 0; --n) text += letters[random() % letters.size()];
    CsvScanner scanner(text, ',');
    std::vector<std::string_view> cells;
    int64_t last = 0;
    while (scanner.offset() < static_cast<int64_t>(text.size())) {
      (void)scanner.Next(&cells).ok();
      ASSERT_GT(scanner.offset(), last);
      last = scanner.offset();
    }
    EXPECT_EQ(scanner.lines(), std::count(text.begin(), text.end(), '\n'));
  }
}

}  // namespace
}  // namespace mote
