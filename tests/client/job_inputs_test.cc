// Job files: where the rows of inputs come from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/client/job_text.h"

namespace mote::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Inputs, FilesArePathsPatternsAndLists) {
  const std::string stage = "stages:\n  - {name: a, input: rows, noop: {}}\n";
  const auto files = [&](const std::string& input) {
    const absl::StatusOr<JobFile> job =
        ParseJobFile("name: x\ninputs: {rows: " + input + "}\n" + stage, "tests/client/testdata/job.yaml", {});
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? job->input_files.at(0) : InputFiles{};
  };
  const std::string german = "tests/client/testdata/german_credit.csv";
  EXPECT_THAT(files("{csv: {path: german_credit.csv}}").paths, ElementsAre(german));
  EXPECT_THAT(files("{csv: {path: '*.csv'}}").paths, ElementsAre(german));
  EXPECT_THAT(files("{csv: {paths: [german_credit.csv, 'g*.csv']}}").paths, ElementsAre(german, german));
  EXPECT_EQ(files("{csv: {path: german_credit.csv}}").delimiter, ',');
  EXPECT_EQ(files("{csv: {path: german_credit.csv, delimiter: ;}}").delimiter, ';');
  EXPECT_EQ(files("{text: {path: german_credit.csv}}").delimiter, '\0');
  EXPECT_THAT(files("{csv: {shared: /data/a.csv}}").paths, ElementsAre());
}

TEST(Inputs, FilesThatCannotBeOneInputAreRefused) {
  const auto told = [](const std::string& input) {
    return Mistakes("name: x\ninputs: {rows: " + input + "}\nstages:\n  - {name: a, input: rows, noop: {}}\n");
  };
  EXPECT_THAT(told("{csv: {path: '*.parquet'}}"), HasSubstr("no file fits '*.parquet'"));
  EXPECT_THAT(told("{csv: {paths: []}}"), HasSubstr("paths wants a list of files"));
  EXPECT_THAT(told("{csv: {paths: [nowhere.csv]}}"), HasSubstr("there is no file"));
  EXPECT_THAT(told("{csv: {path: a.csv, paths: [b.csv]}}"), HasSubstr("both path and paths"));
  EXPECT_THAT(told("{csv: {shared: /data/a.csv.gz}}"), HasSubstr("is packed"));
  EXPECT_THAT(told("{npy: {paths: [german_credit.csv, german_credit.csv]}}"),
              HasSubstr("2 files: an input of format npy is one file"));
  EXPECT_THAT(told("{idx: {path: 'credit_risk*'}}"), HasSubstr("2 files: an input of format idx is one file"));
  EXPECT_THAT(told("{arff: {shared: /data/a.arff.zst}}"), HasSubstr("is packed"));
}

TEST(Inputs, OfEachFormatBecomeAMessageOfIt) {
  const auto input = [](const std::string& format, const std::string& more = "") {
    const absl::StatusOr<JobFile> job =
        ParseJobFile(absl::StrCat("name: x\ninputs: {rows: {", format, ": {path: german_credit.csv", more,
                                  "}}}\nstages:\n  - {name: a, input: rows, noop: {}}\n"),
                     "tests/client/testdata/job.yaml", {});
    EXPECT_TRUE(job.ok()) << job.status();
    return job.ok() ? job->spec.inputs(0) : v1::Input();
  };
  EXPECT_EQ(input("csv").format_case(), v1::Input::kCsv);
  EXPECT_EQ(input("arff").format_case(), v1::Input::kArff);
  EXPECT_EQ(input("jsonl").format_case(), v1::Input::kJsonl);
  EXPECT_EQ(input("text").format_case(), v1::Input::kText);
  EXPECT_EQ(input("npy").format_case(), v1::Input::kNpy);
  EXPECT_EQ(input("idx").format_case(), v1::Input::kIdx);
  EXPECT_THAT(input("jsonl").jsonl().fields(), ElementsAre());
  EXPECT_THAT(input("jsonl", ", fields: [amount, owner.age]").jsonl().fields(), ElementsAre("amount", "owner.age"));
  EXPECT_THAT(input("safetensors").safetensors().tensors(), ElementsAre());
  EXPECT_THAT(input("safetensors", ", tensors: [b, a]").safetensors().tensors(), ElementsAre("b", "a"));
}

TEST(Inputs, TensorsAndFieldsAreListsOfDifferentNames) {
  const auto told = [](const std::string& source) {
    return Mistakes("name: x\ninputs: {rows: {safetensors: {" + source +
                    "}}}\nstages:\n  - {name: a, input: rows, noop: {}}\n");
  };
  EXPECT_THAT(told("path: german_credit.csv, tensors: a"), HasSubstr("tensors wants a list, as in [images, labels]"));
  EXPECT_THAT(told("path: german_credit.csv, tensors: []"), HasSubstr("tensors wants a list, as in [images, labels]"));
  EXPECT_THAT(told("path: german_credit.csv, tensors: [a, b, a]"), HasSubstr("'a' stands in tensors twice"));
  EXPECT_THAT(told("path: german_credit.csv, tensors: [a, 5]"), HasSubstr("quote it"));
  const auto of_fields = [](const std::string& fields) {
    return Mistakes("name: x\ninputs: {rows: {jsonl: {path: german_credit.csv, fields: " + fields +
                    "}}}\nstages:\n  - {name: a, input: rows, noop: {}}\n");
  };
  EXPECT_THAT(of_fields("a"), HasSubstr("fields wants a list, as in [amount, owner.name]"));
  EXPECT_THAT(of_fields("[a, b, a]"), HasSubstr("'a' stands in fields twice"));
  EXPECT_THAT(of_fields("['']"), HasSubstr("a name in fields is empty"));
  EXPECT_THAT(Mistakes("name: x\ninputs: {rows: {npy: {path: german_credit.csv, tensors: [a]}}}\nstages:\n"
                       "  - {name: a, input: rows, noop: {}}\n"),
              HasSubstr("unknown field 'tensors'"));
}

TEST(JobFile, SharedInputsStayWhereTheyAre) {
  const v1::JobSpec spec = Spec(
      "name: x\ninputs:\n  rows: {csv: {shared: /data/x.csv, delimiter: ;}}\n"
      "stages: [{name: a, noop: {}}]\n");
  EXPECT_EQ(spec.inputs(0).shared(), "/data/x.csv");
  EXPECT_EQ(spec.inputs(0).csv().delimiter(), ";");
  EXPECT_EQ(spec.inputs(0).path(), "");
  const auto mistakes = [](const std::string& source) {
    return Mistakes("name: x\ninputs:\n  rows: {csv: {" + source + "}}\nstages: [{name: a, noop: {}}]\n");
  };
  EXPECT_THAT(mistakes("shared: data/x.csv"), HasSubstr("'data/x.csv' is not absolute"));
  EXPECT_THAT(mistakes("shared: /x.csv, path: x.csv"), HasSubstr("both path and shared"));
}

TEST(JobFile, PinnedInputsNameAPathForEachWorker) {
  const auto job = [](const std::string& input) {
    return "name: x\ninputs:\n  rows: " + input + "\nstages: [{name: a, noop: {}}]\n";
  };
  const v1::JobSpec spec =
      Spec(job("{csv: {shared: {berlin: /b.csv, paris: /p.csv}, delimiter: ;}, placement: {pinned: {wait: 90s}}}"));
  EXPECT_EQ(spec.inputs(0).sites().at("berlin"), "/b.csv");
  EXPECT_EQ(spec.inputs(0).sites().at("paris"), "/p.csv");
  EXPECT_EQ(spec.inputs(0).site_wait().seconds(), 90);
  EXPECT_EQ(spec.inputs(0).csv().delimiter(), ";");
  EXPECT_EQ(spec.inputs(0).shared(), "");
  EXPECT_FALSE(Spec(job("{csv: {shared: {berlin: /b.csv}}, placement: pinned}")).inputs(0).has_site_wait());
  const auto told = [&](const std::string& input) { return Mistakes(job(input)); };
  EXPECT_THAT(told("{csv: {shared: {berlin: b.csv}}, placement: pinned}"), HasSubstr("'b.csv' is not absolute"));
  EXPECT_THAT(told("{csv: {shared: {}}, placement: pinned}"), HasSubstr("shared names no worker"));
  EXPECT_THAT(told("{csv: {shared: {berlin: /b.csv}}}"), HasSubstr("write placement: pinned beside the format"));
  EXPECT_THAT(told("{csv: {shared: /b.csv}, placement: pinned}"), HasSubstr("has a placement, but names no workers"));
  EXPECT_THAT(told("{csv: {shared: {berlin: /b.csv}}, placement: spread}"), HasSubstr("wants pinned, or {pinned: "));
  EXPECT_THAT(told("{csv: {shared: {berlin: /b.csv}}, placement: {pinned: {wait: never}}}"), HasSubstr("wait"));
  EXPECT_THAT(told("{csv: {shared: {berlin: /b.csv}}, placement: {pinned: {delay: 1s}}}"), HasSubstr("delay"));
}

}  // namespace
}  // namespace mote::client
