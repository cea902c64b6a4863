#include "common/arff_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace mote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using AttributeKind = ArffAttribute::Kind;

ArffAttribute Nominal(const std::string& name, const std::vector<std::string>& values) {
  return {name, AttributeKind::kNominal, values};
}

std::string HeaderError(std::string_view text) {
  const absl::StatusOr<ArffHeader> header = ArffHeader::Parse(text);
  EXPECT_EQ(header.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(header.status().message());
}

// The attributes of a header with these lines.
std::vector<ArffAttribute> Attributes(const std::string& lines) {
  const absl::StatusOr<ArffHeader> header = ArffHeader::Parse(absl::StrCat("@relation r\n", lines, "\n@data\n"));
  EXPECT_TRUE(header.ok()) << header.status();
  return header.ok() ? header->attributes : std::vector<ArffAttribute>();
}

TEST(ArffHeader, NamesAndTypesAreRead) {
  const std::string text =
      "\xef\xbb\xbf% Fisher, 1936\r\n"
      "\n"
      "@RELATION 'iris flowers' -C 1\r\n"
      "  % 150 plants\n"
      "@Attribute sepal-length\tREAL\r\n"
      "@attribute 'petal width' numeric % in cm\n"
      "@attribute count Integer [0, 9]\n"
      "@attribute note STRING\n"
      "@attribute seen date \"yyyy-MM-dd HH:mm\"\n"
      "@attribute kind{setosa, 'a b',\"c\\\"d\"  virginica}\r\n"
      "@attribute none { }\n"
      "@DATA  % rows\n"
      "1,2\n";
  const absl::StatusOr<ArffHeader> header = ArffHeader::Parse(text);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_THAT(header->attributes,
              ElementsAre(ArffAttribute{"sepal-length", AttributeKind::kNumeric},
                          ArffAttribute{"petal width", AttributeKind::kNumeric},
                          ArffAttribute{"count", AttributeKind::kNumeric}, ArffAttribute{"note", AttributeKind::kText},
                          ArffAttribute{"seen", AttributeKind::kText},
                          Nominal("kind", {"setosa", "a b", "c\"d", "virginica"}), Nominal("none", {})));
  EXPECT_EQ(text.substr(static_cast<size_t>(header->end_offset)), "1,2\n");
  EXPECT_EQ(header->lines, 12);
}

TEST(ArffHeader, MayBeTheWholeFile) {
  const std::string text = "@relation r\n@attribute a string\n@data";
  const absl::StatusOr<ArffHeader> header = ArffHeader::Parse(text);
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->end_offset, static_cast<int64_t>(text.size()));
  EXPECT_EQ(header->lines, 2);
}

TEST(ArffHeader, MistakesNameTheirLine) {
  EXPECT_THAT(HeaderError("a,b\n1,2\n"), HasSubstr("line 1: no @relation where an ARFF file begins"));
  EXPECT_THAT(HeaderError(""), HasSubstr("no line @data in the first 0 bytes"));
  EXPECT_THAT(HeaderError("@relation r\n\n@attribute a real\n1,2\n"),
              HasSubstr("line 4: neither @attribute nor @data"));
  EXPECT_THAT(HeaderError("@relation r\n'@data'\n"), HasSubstr("line 2: neither @attribute nor @data"));
  EXPECT_THAT(HeaderError("@relation r\n@data\n"), HasSubstr("line 2: @data, but no @attribute"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute a real\n@data 1\n"), HasSubstr("line 3: something behind @data"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute\n"), HasSubstr("line 2: @attribute without a name"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute ''  real\n"), HasSubstr("@attribute without a name"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute a\n"), HasSubstr("attribute \"a\" is of no type that can be read;"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute a relational\n"), HasSubstr("can be read (relational); declare it"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute a {x, y\n@data\n"), HasSubstr("do not end with } on their line"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute a {x, {y}}\n"), HasSubstr("do not end with } on their line"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute a {x} {y}\n"), HasSubstr("something behind the values"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute a {it's}\n"), HasSubstr("line 2: a quote or % inside a value"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute 'a real\n"), HasSubstr("line 2: a quote is not closed"));
  EXPECT_THAT(HeaderError("@relation r\n@attribute 'a'b real\n"), HasSubstr("line 2: text after a closing quote"));
}

TEST(ArffHeader, EveryTruncationIsRefused) {
  const std::string text = "@relation r\n@attribute 'a b' {x, \"y\"}\n@attribute c real\n@data";
  for (size_t size = 0; size < text.size(); ++size) HeaderError(std::string_view(text).substr(0, size));
}

TEST(ArffHeader, WithoutAnEndIsNotReadForEver) {
  const std::string garbage(static_cast<size_t>(kArffHeaderBytesMax), 'x');
  EXPECT_THAT(HeaderError(garbage), HasSubstr("no line @data in the first 4194304 bytes"));
  std::string comments = "@relation r\n@attribute a real\n";
  while (static_cast<int64_t>(comments.size()) < kArffHeaderBytesMax) comments += "% and so on\n";
  comments.resize(static_cast<size_t>(kArffHeaderBytesMax));
  EXPECT_THAT(HeaderError(comments), HasSubstr("no line @data in the first 4194304 bytes"));
}

TEST(ArffAttribute, ShowsItsTypeAndTheFirstValues) {
  EXPECT_EQ(Attributes("@attribute a {x, 'y z'}")[0].ToString(), "a {x, y z}");
  EXPECT_EQ(Attributes("@attribute a {1,2,3,4,5,6,7,8,9}")[0].ToString(), "a {1, 2, 3, 4, 5, 6, 7, 8, …}");
  EXPECT_EQ(Attributes("@attribute a real")[0].ToString(), "a numeric");
  EXPECT_EQ(Attributes("@attribute a date")[0].ToString(), "a string");
}

}  // namespace
}  // namespace mote
