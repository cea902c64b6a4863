// Outputs as files and as one digest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/outputs/output_digest.h"
#include "client/outputs/output_writer.h"
#include "common/bytes.h"
#include "common/dataset.h"
#include "common/json.h"
#include "common/table.h"
#include "tests/client/fake_coordinator.h"

namespace mote::client {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class Outputs : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = (fs::temp_directory_path() / "mote-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(dir_.data()), nullptr);
  }
  void TearDown() override { fs::remove_all(dir_); }

  // A table of the integers [0, n), cut into segments of `segment` rows.
  v1::OutputStatus Integers(int64_t n, int64_t segment, const std::string& name = "numbers") {
    Dataset dataset;
    dataset.schema = {{{"n", DType::kI64, 1}}};
    dataset.rows = n;
    for (int64_t begin = 0; begin < n; begin += segment) {
      TableBuilder builder(dataset.schema);
      for (int64_t i = begin; i < std::min(n, begin + segment); ++i) builder.AddI64(i);
      const Table table = builder.Take();
      const ArtifactRef blob = *fake_.client().PutBytes(table.bytes);
      dataset.segments.push_back({{blob.digest, blob.bytes}, table.rows});
    }
    v1::OutputStatus output = Output(name, v1::OUTPUT_KIND_TABLE, dataset.Encode());
    output.set_rows(n);
    output.set_bytes(n * 8);
    return output;
  }

  static v1::OutputStatus Output(const std::string& name, v1::OutputKind kind, const std::string& content) {
    v1::OutputStatus output;
    output.set_name(name);
    output.set_kind(kind);
    output.set_inline_(content);
    output.set_bytes(static_cast<int64_t>(content.size()));
    return output;
  }

  std::string Write(const v1::OutputStatus& output) {
    const absl::StatusOr<std::string> path = WriteOutput(fake_.client(), output, dir_);
    EXPECT_TRUE(path.ok()) << path.status();
    return path.ok() ? *path : "";
  }

  std::string Read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(dir_ + "/" + name, std::ios::binary).rdbuf();
    return text.str();
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(dir_)) {
      files.push_back(fs::relative(entry.path(), dir_).string());
    }
    return files;
  }

  Digest DigestOf(std::vector<v1::OutputStatus> outputs) {
    const absl::StatusOr<Digest> digest = DigestOfOutputs(fake_.client(), std::move(outputs));
    EXPECT_TRUE(digest.ok()) << digest.status();
    return digest.ok() ? *digest : Digest();
  }

  FakeCoordinator fake_;
  std::string dir_;
};

TEST_F(Outputs, TablesAreDirectoriesOfShards) {
  EXPECT_EQ(Write(Integers(5, 2)), dir_ + "/numbers/");
  EXPECT_EQ(Read("numbers/part-00000.csv"), "n\n0\n1\n2\n3\n4\n");
  EXPECT_EQ(Json::parse(Read("numbers/manifest.json"))["rows"], 5);
  EXPECT_THAT(Files(), UnorderedElementsAre("numbers", "numbers/part-00000.csv", "numbers/manifest.json"));
}

TEST_F(Outputs, WrittenAgainTheyReplaceWhatWasThere) {
  Write(Integers(5, 2));
  std::ofstream(dir_ + "/numbers/part-00007.csv") << "old";
  Write(Integers(3, 2));
  EXPECT_EQ(Read("numbers/part-00000.csv"), "n\n0\n1\n2\n");
  EXPECT_THAT(Files(), UnorderedElementsAre("numbers", "numbers/part-00000.csv", "numbers/manifest.json"));
}

TEST_F(Outputs, AFailureLeavesWhatWasThere) {
  Write(Integers(5, 2));
  Dataset lost;
  lost.schema = {{{"n", DType::kI64, 1}}};
  lost.rows = 1;
  lost.segments = {{{Sha256("never put"), 8}, 1}};
  const v1::OutputStatus output = Output("numbers", v1::OUTPUT_KIND_TABLE, lost.Encode());
  EXPECT_EQ(WriteOutput(fake_.client(), output, dir_).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Read("numbers/part-00000.csv"), "n\n0\n1\n2\n3\n4\n");
  EXPECT_THAT(Files(), UnorderedElementsAre("numbers", "numbers/part-00000.csv", "numbers/manifest.json"));
}

TEST_F(Outputs, FolderThatIsNotAnOutputOfMoteIsLeftAlone) {
  std::filesystem::create_directories(dir_ + "/numbers");
  std::ofstream(dir_ + "/numbers/mine.txt") << "precious";
  const v1::OutputStatus output = Integers(5, 2);
  const absl::Status status = WriteOutput(fake_.client(), output, dir_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("mine.txt"));
  EXPECT_EQ(Read("numbers/mine.txt"), "precious");
  EXPECT_THAT(Files(), UnorderedElementsAre("numbers", "numbers/mine.txt"));
}

TEST_F(Outputs, DocumentsAreJsonAndReportsTextToo) {
  EXPECT_EQ(Write(Output("history", v1::OUTPUT_KIND_DOCUMENT, R"({"epochs":[]})")), dir_ + "/history.json");
  EXPECT_EQ(Read("history.json"), "{\n  \"epochs\": []\n}\n");
  Write(Output("quality", v1::OUTPUT_KIND_DOCUMENT,
               R"({"rows":{"read":3,"kept":{"all":3},"dropped":0,"unassigned":0},"dropped":[],"columns":[]})"));
  EXPECT_THAT(Read("quality.txt"), HasSubstr("rows read 3; kept all 3; dropped 0"));
  EXPECT_THAT(Files(), UnorderedElementsAre("history.json", "quality.json", "quality.txt"));
}

TEST_F(Outputs, WhatPicturesShowIsWrittenAsPicturesAndAsAPage) {
  Write(Output("history", v1::OUTPUT_KIND_DOCUMENT, R"({"steps":2,"epochs":[{"epoch":1,"loss":0.5}]})"));
  EXPECT_THAT(Files(), UnorderedElementsAre("history.json", "history.loss.svg", "history.html", "history.tfevents"));
  EXPECT_THAT(Read("history.html"), HasSubstr(Read("history.loss.svg")));
}

TEST_F(Outputs, ModelsAreSafetensorsAndOtherBytesBin) {
  std::string model;
  const std::string header = R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  ByteWriter writer(&model);
  writer.Put(static_cast<uint64_t>(header.size()));
  writer.PutRaw(header);
  writer.PutRaw("abcd");
  EXPECT_EQ(Write(Output("model", v1::OUTPUT_KIND_BLOB, model)), dir_ + "/model.safetensors");
  EXPECT_EQ(Read("model.safetensors"), model);
  EXPECT_EQ(Write(Output("other", v1::OUTPUT_KIND_BLOB, "\x05")), dir_ + "/other.bin");
}

TEST_F(Outputs, NamesThatLeaveTheDirectoryAreRefused) {
  for (const char* name : {"../x", "a/b", "", ".hidden"}) {
    const v1::OutputStatus output = Output(name, v1::OUTPUT_KIND_BLOB, "x");
    EXPECT_EQ(WriteOutput(fake_.client(), output, dir_).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
  EXPECT_TRUE(Files().empty());
}

TEST_F(Outputs, TheDigestIsThatOfTheDocumentedBytes) {
  const v1::OutputStatus document = Output("b", v1::OUTPUT_KIND_DOCUMENT, "{}");
  std::string expected;
  ByteWriter writer(&expected);
  writer.PutString("a");
  writer.Put(uint8_t{1});
  writer.PutString(Schema{{{"n", DType::kI64, 1}}}.Encode());
  writer.Put(int64_t{3});
  for (int64_t i = 0; i < 3; ++i) writer.Put(i);
  writer.PutString("b");
  writer.Put(uint8_t{2});
  writer.Put(int64_t{2});
  writer.PutRaw("{}");
  EXPECT_EQ(DigestOf({document, Integers(3, 2, "a")}), Sha256(expected));
}

TEST_F(Outputs, TheDigestDependsOnContentNotOnCutsOrOrder) {
  const v1::OutputStatus document = Output("z", v1::OUTPUT_KIND_DOCUMENT, "{}");
  const Digest digest = DigestOf({Integers(100, 7), document});
  EXPECT_EQ(DigestOf({document, Integers(100, 13)}), digest);
  v1::OutputStatus by_reference = document;
  by_reference.set_artifact(fake_.client().PutBytes("{}")->ToString());
  EXPECT_EQ(DigestOf({by_reference, Integers(100, 100)}), digest);
  EXPECT_NE(DigestOf({document, Integers(99, 7)}), digest);
  EXPECT_NE(DigestOf({Output("z", v1::OUTPUT_KIND_BLOB, "{}"), Integers(100, 7)}), digest);
  EXPECT_NE(DigestOf({Output("y", v1::OUTPUT_KIND_DOCUMENT, "{}"), Integers(100, 7)}), digest);
}

TEST_F(Outputs, PrintedTablesAreCsvOrJson) {
  std::ostringstream csv;
  ASSERT_TRUE(PrintOutput(fake_.client(), Integers(2, 1), false, csv).ok());
  EXPECT_EQ(csv.str(), "n\n0\n1\n");
  std::ostringstream json;
  ASSERT_TRUE(PrintOutput(fake_.client(), Integers(2, 1), true, json).ok());
  EXPECT_EQ(json.str(), "{\"n\": 0}\n{\"n\": 1}\n");
}

}  // namespace
}  // namespace mote::client
