// What `prepare` refuses, and how it says so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/data/prepare_run.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

std::string RefusalError(const std::string& text, const Json& parameters) {
  InProcess cluster;
  const absl::StatusOr<Output> input = cluster.Index(text);
  EXPECT_TRUE(input.ok()) << input.status();
  const absl::StatusOr<Outputs> outputs = cluster.Run("prepare", parameters, {{"input", *input}});
  EXPECT_EQ(outputs.status().code(), absl::StatusCode::kInvalidArgument) << outputs.status();
  return std::string(outputs.status().message());
}

TEST(PrepareRefusal, ALabelThatIsMissingIsRefusedWithTheNearestName) {
  EXPECT_THAT(RefusalError("age,class\n1,a\n", {{"label", "clas"}}),
              HasSubstr("label: the input has no column \"clas\"; did you mean \"class\"?"));
}

TEST(PrepareRefusal, AHeaderCutAtTheWrongCharacterShowsTheColumnsFound) {
  EXPECT_THAT(RefusalError("age;class\n1;a\n", {{"label", "class"}}),
              HasSubstr("has no column \"class\"; its only column is \"age;class\": if that is several, name their "
                        "`delimiter`"));
  EXPECT_THAT(RefusalError("a,b,c\n1,2,3\n", {{"label", "class"}}), HasSubstr("; its columns are a, b, c"));
}

TEST(PrepareRefusal, InfinitiesAmongNumbersAreNamedNotMadeCategories) {
  const std::string text = "x,y\n1,a\n2,b\n-inf,a\n1e999,b\n3,a\n";
  EXPECT_THAT(RefusalError(text, {{"label", "y"}}),
              HasSubstr("column \"x\" has 3 numbers and 2 that are not finite, such as \"-inf\""));
  InProcess cluster;
  const auto kind = [&](Json parameters) {
    parameters["label"] = "y";
    return DocumentOf(Prepare(cluster, text, parameters).at("fitted"))["columns"][0]["kind"];
  };
  EXPECT_EQ(kind({{"missing", {"-inf", "1e999"}}}), "number");
  EXPECT_EQ(kind({{"one_hot", {"x"}}}), "category");
}

TEST(PrepareRefusal, NumbersWithAFewTextsAmongTooManyValuesSayHowMany) {
  std::string text = "x,y\n";
  for (int i = 0; i < 1500; ++i) absl::StrAppend(&text, i == 7 ? "no" : absl::StrCat(i), ",k", i % 2, "\n");
  EXPECT_THAT(RefusalError(text, {{"label", "y"}}),
              HasSubstr("1 of 1500 are no finite numbers: name their text in `missing`"));
}

TEST(PrepareRefusal, NumbersWithAFewTextsAreNotMadeCategories) {
  std::string text = "age,y\n";
  for (int i = 0; i < 300; ++i)
    absl::StrAppend(&text, i % 100 == 7 ? "k.A." : absl::StrCat(20 + i % 50), ",k", i % 2, "\n");
  EXPECT_THAT(
      RefusalError(text, {{"label", "y"}}),
      HasSubstr("column \"age\" has 297 numbers and 3 values that are none, such as \"k.A.\"; name that text in "
                "`missing`"));
  InProcess cluster;
  const auto column = [&](Json parameters) {
    parameters["label"] = "y";
    return DocumentOf(Prepare(cluster, text, parameters).at("fitted"))["columns"][0];
  };
  EXPECT_EQ(column({{"missing", {"k.A."}}})["kind"], "number");
  EXPECT_EQ(column({{"numbers", {"age"}}})["kind"], "number");
  EXPECT_EQ(column({{"one_hot", {"age"}}})["categories"].size(), 51u);
}

TEST(PrepareRefusal, ALabelThatCannotBeLearntIsRefused) {
  EXPECT_THAT(RefusalError("x,y\n1,a\n2,a\n", {{"label", "y"}}),
              HasSubstr("column \"y\" has the one class \"a\" only"));
  EXPECT_THAT(RefusalError("x,y\n1,?\n2,\n", {{"label", "y"}}), HasSubstr("no training rows are left of 2 rows read"));
  EXPECT_THAT(RefusalError("x,y\n1,a\n2,b\n", {{"label", "y"}, {"positive", "c"}}),
              HasSubstr("positive: \"c\" is not a class of the label; the classes are a, b"));
  EXPECT_THAT(RefusalError("x,y\n1,a\n2,b\n3,c\n", {{"label", "y"}, {"positive", "c"}}), HasSubstr("the label has 3"));
  std::string many = "x,y\n";
  for (int i = 0; i < 1001; ++i) absl::StrAppend(&many, i % 7, ",k", i, "\n");
  EXPECT_THAT(RefusalError(many, {{"label", "y"}}), HasSubstr("has more than 1000 classes"));
  EXPECT_THAT(RefusalError(many, {{"label", "x"}}),
              HasSubstr("column \"y\" has too many distinct values to one-hot encode"));
}

TEST(PrepareRefusal, ARaggedRowFailsWithItsLine) {
  EXPECT_EQ(RefusalError("x,y\n1,\"a\n\"\n2\n", {{"label", "y"}}),
            "row=1 in \"loans.csv\" line 4 has 1 column, the header has 2; fix the row or set on_bad_row: skip");
}

TEST(PrepareRefusal, ParametersThatMakeNoSenseAreRefused) {
  const std::string text = "x,y\n1,a\n2,b\n";
  const auto error = [&](Json parameters) {
    parameters["label"] = "y";
    return RefusalError(text, parameters);
  };
  EXPECT_THAT(error({{"split", {{"train", 1.2}}}}), HasSubstr("split.train: 1.2 is not in (0, 1]"));
  EXPECT_THAT(error({{"split", {{"train", 0.8}, {"test", 0.4}}}}), HasSubstr("add up to 1.2"));
  EXPECT_THAT(error({{"split", {{"test", 0.4}}}}), HasSubstr("\"train\" is missing"));
  EXPECT_THAT(error({{"split", {{"train", 0.4}, {"fitted", 0.4}}}}), HasSubstr("split.fitted: that name is taken"));
  EXPECT_THAT(error({{"split", {{"train", 0.4}, {"seed", -1}}}}), HasSubstr("split.seed: -1"));
  EXPECT_THAT(error({{"impute", "medain"}}), HasSubstr("impute: \"medain\" is not one of median, mean, mode, drop"));
  EXPECT_THAT(error({{"one_hot", "all"}}), HasSubstr("one_hot: \"all\" is not auto"));
  EXPECT_THAT(error({{"standardize", "minmax"}}), HasSubstr("standardize: \"minmax\""));
  EXPECT_THAT(error({{"on_bad_row", "ignore"}}), HasSubstr("on_bad_row: \"ignore\""));
  EXPECT_THAT(error({{"drop_columns", {"z"}}}), HasSubstr("drop_columns: the input has no column \"z\""));
  EXPECT_THAT(error({{"drop_columns", {"y"}}}), HasSubstr("\"y\" is the label"));
  EXPECT_THAT(error({{"drop_columns", {"x"}}}), HasSubstr("no column is left to learn from"));
  EXPECT_THAT(error({{"missing", {"1", "2"}}, {"impute", "drop"}}), HasSubstr("no training rows are left"));
}

}  // namespace
}  // namespace mote::testing
