// What a job file asks of a coordinator: operations, references, files.
#include "client/jobfile/resolve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "client/text/proto_json.h"

namespace mote::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::OperationDescription* AddOperation(v1::ListOperationsResponse* offered, const std::string& name,
                                       const std::vector<std::string>& outputs) {
  v1::OperationDescription* operation = offered->add_operations();
  operation->set_name(name);
  for (const std::string& output : outputs) operation->add_outputs(output);
  return operation;
}

void AddParameter(v1::OperationDescription* operation, const std::string& name, v1::ParameterDescription::Kind kind,
                  bool required = false) {
  v1::ParameterDescription* parameter = operation->add_parameters();
  parameter->set_name(name);
  parameter->set_kind(kind);
  parameter->set_optional(!required);
  parameter->set_summary("what it means");
}

// A coordinator with prepare, train, infer, command and the reducer sum.
v1::ListOperationsResponse Offered() {
  v1::ListOperationsResponse offered;
  v1::OperationDescription* prepare = AddOperation(&offered, "prepare", {"<split>", "fitted", "quality"});
  AddParameter(prepare, "label", v1::ParameterDescription::KIND_TEXT, true);
  AddParameter(prepare, "split", v1::ParameterDescription::KIND_OBJECT);
  v1::OperationDescription* train = AddOperation(&offered, "train", {"model", "history"});
  AddParameter(train, "optimizer", v1::ParameterDescription::KIND_OBJECT);
  AddParameter(train, "validate", v1::ParameterDescription::KIND_REFERENCE);
  v1::OperationDescription* infer = AddOperation(&offered, "infer", {"result"});
  AddParameter(infer, "model", v1::ParameterDescription::KIND_MODEL, true);
  v1::OperationDescription* command = AddOperation(&offered, "command", {"result"});
  AddParameter(command, "run", v1::ParameterDescription::KIND_LIST);
  AddParameter(command, "files", v1::ParameterDescription::KIND_FILES);
  AddParameter(command, "script", v1::ParameterDescription::KIND_FILE);
  offered.add_reducers()->set_name("sum");
  return offered;
}

JobFile ParseFile(const std::string& text) {
  absl::StatusOr<JobFile> job = ParseJobFile(text, "tests/client/testdata/job.yaml", {});
  EXPECT_TRUE(job.ok()) << job.status();
  return job.ok() ? *std::move(job) : JobFile();
}

constexpr char kHead[] =
    "name: x\n"
    "inputs: {rows: {csv: {path: german_credit.csv}}}\n"
    "stages:\n"
    "  - {name: clean, input: rows, prepare: {label: class, split: {train: 0.5, test: 0.5, seed: 1}}}\n";

std::string MistakesAgainst(const std::string& text) {
  JobFile job = ParseFile(text);
  return std::string(CheckAgainst(Offered(), &job).message());
}

TEST(CheckAgainst, UnknownParametersNameTheirPlaceAndTheNearest) {
  EXPECT_EQ(MistakesAgainst(std::string(kHead) +
                            "  - name: fit\n    input: clean.train\n    train: {optimiser: {adamw: {}}}\n"),
            "tests/client/testdata/job.yaml:7:13: unknown field 'optimiser' in stage 'fit'; did you mean 'optimizer'?");
}

TEST(CheckAgainst, MissingParametersUnknownOperationsAndReducersAreToldTogether) {
  EXPECT_THAT(MistakesAgainst("name: x\nstages:\n"
                              "  - {name: a, prepare: {}}\n"
                              "  - {name: b, inferr: {}}\n"
                              "  - {name: c, infer: {model: a.train}, reduce: {summ: {}}}\n"),
              AllOf(HasSubstr("job.yaml:3:15: field 'label' is missing in stage 'a'; it is: what it means"),
                    HasSubstr("job.yaml:4:15: unknown operation 'inferr' in stage 'b'; did you mean 'infer'?"),
                    HasSubstr("job.yaml:5:49: unknown reducer 'summ' in stage 'c'; did you mean 'sum'?"),
                    HasSubstr("job.yaml:5:30: model of stage 'c': 'a' has no output 'train'; it has all, fitted")));
}

TEST(CheckAgainst, OutputsThatDoNotExistNameTheNearest) {
  EXPECT_EQ(MistakesAgainst(std::string(kHead) + "  - {name: fit, input: clean.trian, train: {}}\n"),
            "tests/client/testdata/job.yaml:5:24: input of stage 'fit': 'clean' has no output 'trian'; did you mean "
            "'train'?; it has train, test, fitted, quality");
  EXPECT_THAT(MistakesAgainst(std::string(kHead) + "  - {name: fit, input: clean, train: {}}\n"),
              HasSubstr("'clean' has no output 'result'; name one of clean.train, clean.test"));
}

TEST(CheckAgainst, TheRulesOfASplitAreNoOutputs) {
  for (const char* rule : {"group: g", "order: rows", "stratify: class", "seed: 3"}) {
    const std::string split = absl::StrCat("{train: 0.5, test: 0.5, ", rule, "}");
    EXPECT_THAT(MistakesAgainst("name: x\ninputs: {rows: {csv: {path: german_credit.csv}}}\nstages:\n"
                                "  - {name: clean, input: rows, prepare: {label: class, split: " +
                                split + "}}\n  - {name: fit, input: clean.order, train: {}}\n"),
                HasSubstr("'clean' has no output 'order'; it has train, test, fitted, quality"))
        << rule;
  }
}

TEST(CheckAgainst, CyclesThroughParametersAreFound) {
  EXPECT_THAT(MistakesAgainst(std::string(kHead) + "  - {name: a, input: clean.train, train: {validate: b}}\n"
                                                   "  - {name: b, input: clean.test, infer: {model: a.model}}\n"),
              HasSubstr("cyclic stages: a waits for b waits for a"));
}

TEST(CheckAgainst, AGoodJobHasNoMistakes) {
  EXPECT_EQ(MistakesAgainst(std::string(kHead) +
                            "  - {name: fit, input: clean.train, train: {validate: clean.test}}\n"
                            "  - {name: score, input: clean.test, infer: {model: fit.model}, reduce: sum}\n"
                            "outputs: {report: {from: score}, model: {from: fit.model}}\n"),
            "");
}

absl::StatusOr<ArtifactRef> NoInput(const InputFiles& files) {
  return absl::InternalError("one plain file is put as a file: " + files.paths.front());
}

TEST(PutFiles, PathsBecomeArtifactsAndEachFileIsPutOnce) {
  JobFile job = ParseFile(
      "name: x\n"
      "inputs: {rows: {csv: {path: german_credit.csv}}}\n"
      "stages:\n"
      "  - {name: a, input: rows, command: {run: [cat], files: [german_credit.csv, sub/b.py], script: {path: c.py}}}\n"
      "  - {name: b, input: a, infer: {model: {torchscript: {path: m.pt}}}}\n"
      "  - {name: c, input: a, train: {optimizer: adamw}}\n");
  std::vector<std::string> put;
  const absl::Status status = PutFiles(
      Offered(),
      [&](const std::string& path) -> absl::StatusOr<ArtifactRef> {
        put.push_back(path);
        return ArtifactRef{Sha256(path), 7, false};
      },
      NoInput, &job);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(put, ElementsAre("tests/client/testdata/german_credit.csv", "tests/client/testdata/sub/b.py",
                               "tests/client/testdata/c.py", "tests/client/testdata/m.pt"));
  const auto artifact = [](const std::string& name) {
    return ArtifactRef{Sha256("tests/client/testdata/" + name), 7, false}.ToString();
  };
  EXPECT_EQ(job.spec.inputs(0).artifact(), artifact("german_credit.csv"));
  const OrderedJson command = ToJson(job.spec.stages(0).operation().parameters());
  EXPECT_EQ(command["files"][1], (OrderedJson{{"artifact", artifact("sub/b.py")}, {"name", "b.py"}}));
  EXPECT_EQ(command["script"], (OrderedJson{{"artifact", artifact("c.py")}, {"name", "c.py"}}));
  EXPECT_EQ(command["run"], OrderedJson::array({"cat"}));
  const OrderedJson infer = ToJson(job.spec.stages(1).operation().parameters());
  EXPECT_EQ(infer["model"]["torchscript"], (OrderedJson{{"artifact", artifact("m.pt")}, {"name", "m.pt"}}));
  // A bare word where an object is expected.
  EXPECT_EQ(ToJson(job.spec.stages(2).operation().parameters())["optimizer"],
            (OrderedJson{{"adamw", OrderedJson::object()}}));
}

TEST(PutFiles, AMissingFileIsNamedWithItsPlace) {
  JobFile job = ParseFile("name: x\nstages:\n  - {name: a, command: {run: [cat], files: [nowhere.py]}}\n");
  const absl::Status status = PutFiles(
      Offered(), [](const std::string& path) { return absl::NotFoundError("there is no file '" + path + "'"); },
      NoInput, &job);
  EXPECT_EQ(status.message(),
            "tests/client/testdata/job.yaml:3:45: there is no file 'tests/client/testdata/nowhere.py'");
}

TEST(WithPlaces, PathsOfTheCoordinatorBecomePlaces) {
  const JobFile job = ParseFile(std::string(kHead) +
                                "  - name: fit\n"  // line 5
                                "    input: clean.train\n"
                                "    train:\n"
                                "      optimizer: {adamw: {lr: -1, betaz: [1]}}\n"  // line 8
                                "    on_bad_task: fail\n"
                                "outputs:\n"
                                "  report: {from: fit.model}\n");  // line 11
  const auto told = [&](const std::string& message) {
    const std::string file = "tests/client/testdata/job.yaml";
    std::string text(WithPlaces(absl::InvalidArgumentError(message), job).message());
    return text.substr(text.find(file) == 0 ? file.size() : 0);
  };
  EXPECT_EQ(told("stages[1].train.optimizer.adamw.lr: lr must be above 0, not -1"),
            ":8:31: lr must be above 0, not -1");
  EXPECT_EQ(told("stages[fit].train.optimizer.adamw.lr: lr must be above 0"), ":8:31: lr must be above 0");
  EXPECT_EQ(told("stages[1].operation.parameters.optimizer.adamw.lr: lr is low"), ":8:31: lr is low");
  EXPECT_EQ(told("stages[1].train.optimizer.adamw.lr: -1 is below 0"),
            ":8:31: train.optimizer.adamw.lr: -1 is below 0");
  // Unknown names are wrong where the name stands.
  EXPECT_EQ(told("stages[1].train.optimizer.adamw.betaz: unknown parameter \"betaz\""),
            ":8:35: unknown parameter \"betaz\"");
  // What is missing belongs to where it should be, and keeps its path.
  EXPECT_EQ(told("stages[1].train.epochs: is required"), ":8:7: train.epochs: is required");
  EXPECT_EQ(told("outputs[report].from: from is wrong"), ":11:18: from is wrong");
  EXPECT_EQ(told("the job is too large: 5 MiB"), ": the job is too large: 5 MiB");
  EXPECT_EQ(WithPlaces(absl::UnavailableError("x"), job), absl::UnavailableError("x"));
}

}  // namespace
}  // namespace mote::client
