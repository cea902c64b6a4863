// A job reads each format of inputs, with the same result for any number of workers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/testing/arff_file.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string BigEndianU32(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

// 500 images of 4 by 4, as in the files of MNIST.
std::string Images() {
  std::string file("\0\0\x08\x03", 4);
  for (const uint32_t size : {500, 4, 4}) file += BigEndianU32(size);
  for (int i = 0; i < 500 * 16; ++i) file += static_cast<char>(i * 31 % 251);
  return file;
}

// Two floats, a class and something else for each of 300 rows, and a tensor of one row.
std::string Tensors() {
  std::string header = R"({"point":{"dtype":"F32","shape":[300,2],"data_offsets":[0,2400]},)"
                       R"("class":{"dtype":"U8","shape":[300],"data_offsets":[2400,2700]},)"
                       R"("scale":{"dtype":"BF16","shape":[1],"data_offsets":[2700,2702]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const uint64_t length = header.size();
  std::string file(reinterpret_cast<const char*>(&length), sizeof(length));
  file += header;
  for (int i = 0; i < 600; ++i) {
    const float value = static_cast<float>(i) / 7;
    file.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  for (int i = 0; i < 300; ++i) file += static_cast<char>(i % 3);
  return file + "\x80\x3f";
}

void WriteGzip(const std::string& path, const std::string& text) {
  const gzFile file = gzopen(path.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
  gzclose(file);
}

class Formats : public ::testing::Test {
 protected:
  Formats() {
    const std::string csv = ReadFile(SourcePath("examples/credit_risk/german_credit.csv"));
    const std::string arff = ArffOfCsv(csv);
    const size_t middle = arff.find('\n', arff.size() / 2) + 1;
    const std::string head = arff.substr(0, arff.find("@data\n") + 6);
    WriteFile(dir_ + "/rows.csv", csv);
    WriteFile(dir_ + "/rows.arff", arff);
    WriteFile(dir_ + "/part-1.arff", arff.substr(0, middle));
    WriteGzip(dir_ + "/part-2.arff.gz", head + arff.substr(middle));
    WriteFile(dir_ + "/images.idx", Images());
    WriteGzip(dir_ + "/images.idx.gz", Images());
    WriteFile(dir_ + "/tensors.safetensors", Tensors());
  }

  std::string Job(const std::string& name, const std::string& text) const {
    const std::string path = absl::StrCat(dir_, "/", name, ".yaml");
    WriteFile(path, absl::StrCat("name: formats\n", text));
    return path;
  }

  // German credit, cleaned.
  std::string Clean(const std::string& name, const std::string& input) const {
    return Job(name,
               absl::StrCat("inputs: {applicants: {", input,
                            "}}\nstages:\n  - name: clean\n    input: applicants\n"
                            "    prepare: {label: class, positive: bad, split: {train: 0.8, test: 0.2, seed: 7}}\n"
                            "    tasks: {rows: 50}\n"
                            "outputs: {train: {from: clean.train}, test: {from: clean.test}, fitted: {from: "
                            "clean.fitted}, quality: {from: clean.quality}}\n"));
  }

  // Rows of each format; `how` is path or shared, `images` the file's name.
  std::string ReadAll(const std::string& name, const std::string& how, const std::string& images) const {
    const std::string at = how == "shared" ? dir_ + "/" : "";
    return Job(name,
               absl::StrCat("inputs:\n  applicants: {arff: {", how, ": ", at, "rows.arff}}\n  images: {idx: {", how,
                            ": ", at, images, "}}\n  points: {safetensors: {", how, ": ", at,
                            "tensors.safetensors, tensors: [class, point]}}\n",
                            "stages:\n"
                            "  - {name: old, input: applicants, filter: {where: {age: {min: 60}}}, tasks: {rows: 9}}\n"
                            "  - {name: drawn, input: images, sample: {rows: 100, seed: 3}, tasks: {rows: 9}}\n"
                            "  - {name: two, input: points, filter: {where: {class: {in: [2]}}}, tasks: {rows: 9}}\n"
                            "outputs: {old: {from: old}, drawn: {from: drawn}, two: {from: two}}\n"));
  }

  const std::string dir_ = MakeTempDir();
};

TEST_F(Formats, EachIsReadTheSameByOneWorkerAndByTwo) {
  std::string digest;
  for (const int workers : {1, 2}) {
    RealCluster cluster(workers, {"--shared-dir", dir_});
    const std::string read = cluster.Digest(cluster.Submit(ReadAll("copied", "path", "images.idx")));
    EXPECT_FALSE(read.empty());
    if (workers == 1) digest = read;
    EXPECT_EQ(read, digest);
    EXPECT_EQ(cluster.Digest(cluster.Submit(ReadAll("packed", "path", "images.idx.gz"))), digest);
    EXPECT_EQ(cluster.Digest(cluster.Submit(ReadAll("shared", "shared", "images.idx"))), digest);
  }
}

TEST_F(Formats, ArffIsCleanedAsTheSameTableInCsv) {
  RealCluster cluster(2, {"--shared-dir", dir_});
  const std::string csv = cluster.Digest(cluster.Submit(Clean("csv", "csv: {path: rows.csv}")));
  EXPECT_FALSE(csv.empty());
  EXPECT_EQ(cluster.Digest(cluster.Submit(Clean("arff", "arff: {path: rows.arff}"))), csv);
  EXPECT_EQ(cluster.Digest(cluster.Submit(Clean("parts", "arff: {path: 'part-*.arff*'}"))), csv);
  EXPECT_EQ(cluster.Digest(cluster.Submit(Clean("shared", absl::StrCat("arff: {shared: ", dir_, "/rows.arff}")))), csv);
}

TEST_F(Formats, WhatIsWrongInAFileIsTold) {
  RealCluster cluster(1);
  const auto told = [&](const std::string& job) {
    const std::string id = cluster.Submit(job);
    cluster.Mote({"wait", id});
    EXPECT_EQ(cluster.JobState(id), "JOB_STATE_FAILED");
    return cluster.Mote({"explain", id}).out;
  };
  WriteFile(dir_ + "/bad.arff",
            "@relation r\n@attribute age real\n@attribute class {good, bad}\n@data\n1,good\n2,ugly\n");
  EXPECT_THAT(told(Clean("bad-arff", "arff: {path: bad.arff}")),
              AllOf(HasSubstr("bad.arff"), HasSubstr("line 6: attribute"), HasSubstr("ugly")));
  const auto one = [&](const std::string& name, const std::string& input) {
    return Job(name,
               absl::StrCat("inputs: {rows: {", input,
                            "}}\nstages: [{name: s, input: rows, sample: {rows: 1}}]\noutputs: {o: {from: s}}\n"));
  };
  EXPECT_THAT(told(one("bad-tensors", "safetensors: {path: tensors.safetensors}")),
              AllOf(HasSubstr("scale BF16 [1]"), HasSubstr("tensors: [NAME")));
  WriteFile(dir_ + "/short.idx", Images().substr(0, 1000));
  EXPECT_THAT(told(one("bad-idx", "idx: {path: short.idx}")), HasSubstr("it was cut off"));
}

}  // namespace
}  // namespace mote::testing
