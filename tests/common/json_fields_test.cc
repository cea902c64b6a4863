#include "common/json_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> CellsOf(JsonFields& fields, std::string_view record) {
  std::vector<std::string_view> cells;
  const absl::Status read = fields.Cells(record, &cells);
  EXPECT_TRUE(read.ok()) << read << " in " << record;
  return {cells.begin(), cells.end()};
}

std::vector<std::string> CellsOf(const std::vector<std::string>& names, std::string_view record) {
  JsonFields fields(names);
  return CellsOf(fields, record);
}

std::string WhyNot(const std::vector<std::string>& names, std::string_view record) {
  JsonFields fields(names);
  std::vector<std::string_view> cells;
  return std::string(fields.Cells(record, &cells).message());
}

TEST(JsonFields, CellsStandInTheOrderOfTheNamesWhateverTheRecords) {
  EXPECT_THAT(CellsOf({"b", "a"}, R"({"a": 1, "c": [1, {"a": 7}], "b": "x"})"), ElementsAre("x", "1"));
}

TEST(JsonFields, NumbersAreAsTheyStandInTheRecord) {
  EXPECT_THAT(
      CellsOf({"a", "b", "c", "d", "e"},
              R"({"a": 1.50, "b": -7, "c": 1E5, "d": 18446744073709551615, "e": 123456789012345678901234567890})"),
      ElementsAre("1.50", "-7", "1E5", "18446744073709551615", "123456789012345678901234567890"));
}

TEST(JsonFields, TextsAreUnescapedAndMayHoldAnything) {
  EXPECT_THAT(CellsOf({"a", "b"}, R"({"a": "line\nbreak, \"quoted\" \u00e9", "b": ""})"),
              ElementsAre("line\nbreak, \"quoted\" \xc3\xa9", ""));
}

TEST(JsonFields, MissingAndNullAreEmptyAndTruthIsAWord) {
  EXPECT_THAT(CellsOf({"a", "b", "c", "d"}, R"({"b": null, "c": true, "d": false})"),
              ElementsAre("", "", "true", "false"));
}

TEST(JsonFields, DotsGoIntoObjectsAndLists) {
  EXPECT_THAT(CellsOf({"owner.name", "scores.1", "a.b.c"},
                      R"({"owner": {"name": "Ada", "x": [9]}, "scores": [3, 4, 5], "a": {"b": {"c": 1}}})"),
              ElementsAre("Ada", "4", "1"));
  EXPECT_THAT(CellsOf({"a.b"}, R"({"a.b": 3})"), ElementsAre("3")) << "a key with a dot in it";
  EXPECT_THAT(CellsOf({"1", "0"}, R"(["x", "y"])"), ElementsAre("y", "x")) << "a record may be a list";
}

TEST(JsonFields, OneRecordLeavesNothingBehindForTheNext) {
  JsonFields fields({"a", "b"});
  EXPECT_THAT(CellsOf(fields, R"({"a": "long text", "b": 2})"), ElementsAre("long text", "2"));
  EXPECT_THAT(CellsOf(fields, R"({"b": 3})"), ElementsAre("", "3"));
}

TEST(JsonFields, OfAKeyThatStandsTwiceTheLastCounts) {
  EXPECT_THAT(CellsOf({"a"}, R"({"a": 1, "a": 2})"), ElementsAre("2"));
}

TEST(JsonFields, WhatIsNoRecordIsRefusedWithThePlace) {
  EXPECT_THAT(WhyNot({"a"}, R"({"a": 1)"), HasSubstr("no JSON from byte 8"));
  EXPECT_THAT(WhyNot({"a"}, R"({"a": 1} x)"), HasSubstr("no JSON from byte 10"));
  EXPECT_THAT(WhyNot({"a"}, ""), HasSubstr("no JSON"));
  EXPECT_THAT(WhyNot({"a"}, "\"\xff\""), HasSubstr("no JSON"));
  EXPECT_THAT(WhyNot({"a"}, R"({"a": 1, "b": 1e999})"), HasSubstr("is too large"));
  EXPECT_THAT(WhyNot({"a"}, "17"), HasSubstr("neither an object nor a list"));
  EXPECT_THAT(WhyNot({"a"}, R"({"a": {"b": 1}})"), HasSubstr("field \"a\" is an object; name what is in it"));
  EXPECT_THAT(WhyNot({"a"}, R"({"a": [1]})"), HasSubstr("as in \"a.0\""));
}

TEST(JsonFields, NestingIsPassedOverUpToADepth) {
  const auto nested = [](int depth) {
    return R"({"x": )" + std::string(static_cast<size_t>(depth), '[') + std::string(static_cast<size_t>(depth), ']') +
           R"(, "a": 5})";
  };
  EXPECT_THAT(CellsOf({"a"}, nested(900)), ElementsAre("5"));
  EXPECT_THAT(WhyNot({"a"}, nested(100'000)), HasSubstr("nested more than 1000 deep"));
  EXPECT_THAT(WhyNot({"a"}, R"({"x": )" + std::string(1'000'000, '[')), HasSubstr("nested more than 1000 deep"));
}

}  // namespace
}  // namespace mote
