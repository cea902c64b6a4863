#include "client/inputs/input_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>

#include "common/artifact.h"

namespace mote::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class InputTextTest : public ::testing::Test {
 protected:
  InputTextTest() { std::filesystem::create_directories(dir_); }
  ~InputTextTest() override { std::filesystem::remove_all(dir_); }

  std::string Write(const std::string& name, const std::string& bytes) {
    std::ofstream(dir_ / name, std::ios::binary) << bytes;
    return (dir_ / name).string();
  }

  std::string Gzip(const std::string& name, const std::string& text, const char* mode = "wb") {
    const std::string path = (dir_ / name).string();
    const gzFile file = gzopen(path.c_str(), mode);
    EXPECT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
    gzclose(file);
    return path;
  }

  static std::string Zstd(const std::string& text) {
    std::string packed(ZSTD_compressBound(text.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 1));
    return packed;
  }

  static std::string ReadFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static absl::StatusOr<std::string> All(const std::vector<std::string>& paths, char delimiter = '\0',
                                         bool arff = false) {
    InputText text({paths, delimiter, arff});
    std::string all;
    for (size_t i = 0;; ++i) {
      const absl::StatusOr<std::string> piece = text.Piece(i);
      if (!piece.ok()) return piece.status();
      if (piece->empty()) return all;
      all += *piece;
    }
  }

  static std::string ErrorOf(const std::vector<std::string>& paths, char delimiter = '\0', bool arff = false) {
    const absl::StatusOr<std::string> all = All(paths, delimiter, arff);
    EXPECT_EQ(all.status().code(), absl::StatusCode::kInvalidArgument) << all.status();
    return std::string(all.status().message());
  }

  const std::filesystem::path dir_ =
      std::filesystem::temp_directory_path() / ("mote-input-text-" + std::to_string(getpid()));
};

TEST_F(InputTextTest, PackedFilesAreReadAsTheyWere) {
  const std::string text = "a,b\n1,2\n";
  EXPECT_EQ(*All({Write("plain.csv", text)}), text);
  EXPECT_EQ(*All({Gzip("one.csv.gz", text)}), text);
  EXPECT_EQ(*All({Write("one.csv.zst", Zstd(text))}), text);
  EXPECT_EQ(*All({Write("empty.csv", "")}), "");
  EXPECT_EQ(*All({Gzip("empty.csv.gz", "")}), "");
  EXPECT_EQ(*All({Write("empty.csv.zst", Zstd(""))}), "");
}

TEST_F(InputTextTest, SeveralMembersAndFramesAreOneFile) {
  Gzip("two.txt.gz", "one\n");
  EXPECT_EQ(*All({Gzip("two.txt.gz", "two\n", "ab")}), "one\ntwo\n");
  EXPECT_EQ(*All({Write("two.txt.zst", Zstd("one\n") + Zstd("") + Zstd("two\n"))}), "one\ntwo\n");
}

TEST_F(InputTextTest, LinesOfFilesAreJoinedAndNeverRunTogether) {
  const std::string a = Write("a.txt", "1\n2"), b = Write("b.txt", "3\n"), none = Write("none.txt", "");
  EXPECT_EQ(*All({a, none, b, a}), "1\n2\n3\n1\n2");
}

constexpr char kMark[] = "\xEF\xBB\xBF";

TEST_F(InputTextTest, MarksOfSeveralFilesAreLeftOut) {
  const std::string mark = kMark;
  const std::string first = Write("1.txt", mark + "1\n2"), packed = Gzip("2.txt.gz", mark + "3\n"),
                    framed = Write("3.txt.zst", Zstd(mark.substr(0, 1)) + Zstd(mark.substr(1) + "4\n")),
                    only = Write("4.txt", mark), part = Write("5.txt", mark.substr(0, 2)),
                    twice = Write("6.txt", mark + mark + "5" + mark + "\n");
  EXPECT_EQ(*All({only, first, packed, only, framed, twice}), "1\n2\n3\n4\n" + mark + "5" + mark + "\n");
  EXPECT_EQ(*All({part, first}), mark.substr(0, 2) + "\n1\n2");
}

TEST_F(InputTextTest, MarksBeforeHeadersOfSeveralFilesAreLeftOut) {
  const std::string mark = kMark;
  const std::string only = Write("0.csv", mark), first = Write("1.csv", mark + "a,b\n1,2"),
                    packed = Gzip("2.csv.gz", mark + "\"a\",b\n3,4\n"), plain = Write("3.csv", "a,b\n5,6\n");
  EXPECT_EQ(*All({only, first, packed, plain}, ','), "a,b\n1,2\n3,4\n5,6\n");
  const std::string head = "@relation r\n@attribute x real\n@data\n";
  const std::string arff = Write("1.arff", mark + head + "1\n"), zstd = Write("2.arff.zst", Zstd(mark + head + "2\n"));
  EXPECT_EQ(*All({only, arff, only, zstd}, '\0', true), head + "1\n2\n");
}

// It may have other bytes than text, and who reads the rows passes over the mark.
TEST_F(InputTextTest, AFileAloneIsPassedOnAsItIs) {
  const std::string text = std::string(kMark) + "a,b\n1,2";
  EXPECT_EQ(*All({Write("1.csv", text)}, ','), text);
  EXPECT_EQ(*All({Gzip("1.csv.gz", text)}, ','), text);
}

TEST_F(InputTextTest, TheHeaderIsTakenOnce) {
  const std::string first = Write("1.csv", "a;\"b\nc\"\n1;2"), second = Gzip("2.csv.gz", "a;\"b\nc\"\r\n3;4\n"),
                    marked = Write("3.csv",
                                   "\xEF\xBB\xBF"
                                   "a;\"b\nc\"\n5;6\n"),
                    only = Write("4.csv", "a;\"b\nc\""), none = Write("5.csv", "");
  EXPECT_EQ(*All({first, second, only, none, marked}, ';'), "a;\"b\nc\"\n1;2\n3;4\n5;6\n");
  EXPECT_EQ(*All({first}, ';'), "a;\"b\nc\"\n1;2");
}

TEST_F(InputTextTest, HeadersAreComparedByTheirCells) {
  const std::string none = Write("0.csv", ""), first = Write("1.csv", "\na;b\n1;2\n"),
                    quoted = Write("2.csv", "\"a\";\"b\"\n3;4\n");
  EXPECT_EQ(*All({none, first, quoted}, ';'), "\na;b\n1;2\n3;4\n");
  EXPECT_THAT(ErrorOf({none, first, Write("3.csv", "\"a;b\"\n5\n")}, ';'), HasSubstr("3.csv' has the header"));
}

TEST_F(InputTextTest, AnotherHeaderIsRefused) {
  const std::string first = Write("1.csv", "a,b\n1,2\n"), second = Write("2.csv", "b,a\n1,2\n");
  EXPECT_THAT(ErrorOf({first, second}, ','), HasSubstr("2.csv' has the header \"b,a\""));
  EXPECT_THAT(ErrorOf({first, Write("3.csv", "\"a")}, ','), HasSubstr("3.csv': header: "));
}

TEST_F(InputTextTest, ArffFilesOfTheSameAttributesAreJoined) {
  const std::string head = "% one\n@relation r\n@attribute x real\n@attribute 'y' {a, b}\n@data\n",
                    first = Write("1.arff", head + "1,a"),
                    second = Gzip("2.arff.gz",
                                  "@RELATION other\r\n@ATTRIBUTE 'x' NUMERIC\r\n\r\n"
                                  "@attribute y {'a' b}\r\n@DATA % rows\r\n% more\r\n2,b\r\n"),
                    only = Write("3.arff", "@relation r\n@attribute x real\n@attribute y {a,b}\n@data"),
                    none = Write("4.arff", "");
  EXPECT_EQ(*All({none, first, only, second, only}, '\0', true), head + "1,a\n% more\r\n2,b\r\n");
  EXPECT_EQ(*All({only, first}, '\0', true), ReadFile(only) + "\n1,a");
}

TEST_F(InputTextTest, ArffFilesOfOtherAttributesAreRefused) {
  const auto file = [&](const std::string& name, const std::string& attributes) {
    return Write(name, "@relation r\n" + attributes + "@data\n");
  };
  const std::string first = file("1.arff", "@attribute x real\n@attribute y {a, b}\n");
  EXPECT_THAT(
      ErrorOf({first, file("2.arff", "@attribute x real\n@attribute y {b, a}\n")}, '\0', true),
      HasSubstr("2.arff' has the header \"@attribute y {b, a}\" and '" + first + "' has \"@attribute y {a, b}\""));
  EXPECT_THAT(ErrorOf({first, file("3.arff", "@attribute x real\n")}, '\0', true),
              HasSubstr("3.arff' has the header \"only 1 attributes\""));
  EXPECT_THAT(ErrorOf({first, Write("4.arff", "x,y\n1,a\n")}, '\0', true),
              HasSubstr("4.arff': header: line 1: no @relation"));
}

TEST_F(InputTextTest, DamageIsNamedWithItsPlace) {
  const std::string text(3'000'000, 'x');
  const std::string gzip = ReadFile(Gzip("a.gz", text));
  EXPECT_THAT(ErrorOf({Write("short.gz", gzip.substr(0, gzip.size() / 2))}), HasSubstr("short.gz' cannot be unpacked"));
  std::string flipped = gzip;
  flipped[flipped.size() - 6] ^= 1;  // of the checksum
  EXPECT_THAT(ErrorOf({Write("flipped.gz", flipped)}), HasSubstr("flipped.gz' cannot be unpacked"));
  EXPECT_THAT(ErrorOf({Write("plain.gz", text)}), HasSubstr("it is not gzip"));
  const std::string zstd = Zstd(text);
  EXPECT_THAT(ErrorOf({Write("short.zst", zstd.substr(0, zstd.size() - 3))}), HasSubstr("it ends early"));
  EXPECT_THAT(ErrorOf({Write("plain.zst", text)}), HasSubstr("plain.zst' cannot be unpacked after 0 bytes"));
  EXPECT_EQ(All({"/nowhere.csv"}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(ErrorOf({dir_.string()}), HasSubstr("is not a regular file"));
}

TEST_F(InputTextTest, PiecesMayBeAskedForAgain) {
  std::string text;
  for (int i = 0; text.size() < 2 * kBlobBytesMax + 1000; ++i) text += std::to_string(i) + "\n";
  const std::string packed = Gzip("large.txt.gz", text), plain = Write("large.txt", text);
  InputText joined({{packed, plain}, '\0'});
  const std::string all = text + text;
  const auto piece = [&](size_t i) { return all.substr(i * kBlobBytesMax, kBlobBytesMax); };
  for (const size_t i : {0, 1, 4, 2, 0, 3}) EXPECT_TRUE(*joined.Piece(i) == piece(i)) << i;
  EXPECT_EQ(*joined.Piece(5), "");
  EXPECT_EQ(*joined.Piece(7), "");
}

TEST_F(InputTextTest, APatternsFilesAreSorted) {
  for (const char* name : {"b.csv", "a.csv", "B.csv", "c.txt"}) Write(name, "");
  const std::string dir = dir_.string();
  EXPECT_THAT(ExpandPattern(dir, "*.csv"), ElementsAre(dir + "/B.csv", dir + "/a.csv", dir + "/b.csv"));
  EXPECT_THAT(ExpandPattern("", dir + "/*.json"), ElementsAre());
  EXPECT_THAT(ExpandPattern("/elsewhere", dir + "/nothing"), ElementsAre(dir + "/nothing"));
  // A file may be called like a pattern, and so may the folder.
  const std::string odd = dir + "/runs[2026]";
  std::filesystem::create_directory(odd);
  for (const char* name : {"/scores[1].csv", "/scores1.csv"}) std::ofstream(odd + name) << "x\n";
  EXPECT_THAT(ExpandPattern(odd, "scores[1].csv"), ElementsAre(odd + "/scores[1].csv"));
  EXPECT_THAT(ExpandPattern(odd, "scores*.csv"), ElementsAre(odd + "/scores1.csv", odd + "/scores[1].csv"));
  EXPECT_THAT(ExpandPattern(odd, "scores1.csv"), ElementsAre(odd + "/scores1.csv"));
}

}  // namespace
}  // namespace mote::client
