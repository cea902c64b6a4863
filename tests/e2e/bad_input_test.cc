// Bad input: each a clear error that names the place and the remedy, the right exit
// code, and nothing left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = new RealCluster(1); }
  static void TearDownTestSuite() {
    delete cluster_;
    cluster_ = nullptr;
  }

  // Submits a job file's text and waits for its end.
  static Outcome Submit(const std::string& text) {
    const std::string path = cluster_->dir() + "/job.yaml";
    WriteFile(path, text);
    return cluster_->Mote({"submit", path});
  }

  // A job that prepares this CSV.
  static Outcome Prepare(const std::string& csv) {
    WriteFile(cluster_->dir() + "/data.csv", csv);
    return Submit(
        "name: prepare\ninputs:\n  rows: {csv: {path: data.csv}}\nstages:\n  - name: clean\n    input: rows\n"
        "    prepare: {label: y, split: {train: 0.5, test: 0.5, seed: 1}}\noutputs:\n  quality: {from: "
        "clean.quality}\n");
  }

  // A job that runs this Python program over two rows.
  static Outcome Command(const std::string& program) {
    WriteFile(cluster_->dir() + "/data.csv", "a,b\n1,2\n3,4\n");
    WriteFile(cluster_->dir() + "/program.py", program);
    return Submit(
        "name: own\ninputs:\n  rows: {csv: {path: data.csv}}\nstages:\n  - name: own\n    input: rows\n"
        "    command: {run: [python3, program.py], files: [program.py], protocol: jsonl}\n"
        "outputs:\n  answer: {from: own}\n");
  }

  static RealCluster* cluster_;
};

RealCluster* BadInput::cluster_ = nullptr;

TEST_F(BadInput, UnknownFieldNamesLineColumnAndTheNearest) {
  const Outcome outcome = Submit("name: x\nstages:\n  - name: work\n    noop: {}\n    taks: {count: 3}\n");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("job.yaml:5:5"), HasSubstr("tasks")));
}

TEST_F(BadInput, UnknownParameterOfAnOperationNamesItsLine) {
  const Outcome outcome = Submit("name: x\nstages:\n  - name: work\n    sleep: {duratoin: 5ms}\n");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("job.yaml:4:"), HasSubstr("duration")));
}

TEST_F(BadInput, WrongType) {
  const Outcome outcome = Submit("name: x\nstages:\n  - name: work\n    noop: {}\n    tasks: {count: many}\n");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("job.yaml:5:"));
}

TEST_F(BadInput, MissingInputFile) {
  const Outcome outcome = Submit(
      "name: x\ninputs:\n  rows: {csv: {path: nowhere.csv}}\nstages:\n  - name: clean\n    input: rows\n"
      "    prepare: {label: y}\noutputs:\n  q: {from: clean.quality}\n");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("nowhere.csv"));
}

TEST_F(BadInput, MissingJobFile) {
  const Outcome outcome = cluster_->Mote({"submit", "/nonexistent/job.yaml"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("/nonexistent/job.yaml"));
}

TEST_F(BadInput, CyclicStages) {
  const Outcome outcome =
      Submit("name: x\nstages:\n  - {name: a, noop: {}, after: [b]}\n  - {name: b, noop: {}, after: [a]}\n");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("cycl"));
}

TEST_F(BadInput, StageOrOutputThatDoesNotExist) {
  const Outcome stage = Submit("name: x\nstages:\n  - {name: work, noop: {}}\noutputs:\n  a: {from: wrok}\n");
  EXPECT_EQ(stage.exit_code, 2);
  EXPECT_THAT(stage.err, AllOf(HasSubstr("wrok"), HasSubstr("work")));
  const Outcome output = Submit("name: x\nstages:\n  - {name: work, noop: {}}\noutputs:\n  a: {from: work.rseult}\n");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("result"));
}

TEST_F(BadInput, FieldOfTheDesignThatIsNotBuiltYetSaysSo) {
  const Outcome outcome = Submit("name: x\nstages:\n  - {name: work, noop: {}, tasks: {weight: x}}\n");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("not supported yet"));
}

TEST_F(BadInput, RaggedRowNamesFileLineAndCounts) {
  const Outcome outcome = Prepare("x,y\n1,a\n2,b,3\n4,a\n5,b\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("data.csv"), HasSubstr("line 3"), HasSubstr("3"), HasSubstr("2")));
}

TEST_F(BadInput, BadQuotes) {
  const Outcome outcome = Prepare("x,y\n1,\"a\n2,b\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("quote"));
}

TEST_F(BadInput, NulByte) {
  const Outcome outcome = Prepare(std::string("x,y\n1,a\n2,\0b\n", 13));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("NUL"));
}

TEST_F(BadInput, EmptyFile) {
  const Outcome outcome = Prepare("");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("empty"));
}

TEST_F(BadInput, LabelThatIsNotAColumn) {
  const Outcome outcome = Prepare("x,z\n1,a\n2,b\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("label"), HasSubstr("y")));
}

TEST_F(BadInput, LabelWithOneClassOnly) {
  const Outcome outcome = Prepare("x,y\n1,a\n2,a\n3,a\n4,a\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("class"));
}

TEST_F(BadInput, ProgramThatPrintsNonsense) {
  const Outcome outcome = Command("import sys\nfor line in sys.stdin:\n    print('hello', flush=True)\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("hello"));
}

TEST_F(BadInput, ProgramThatExits) {
  const Outcome outcome = Command("import sys\nsys.stderr.write('no licence\\n')\nsys.exit(7)\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("7"), HasSubstr("no licence")));
}

TEST_F(BadInput, TruncatedTorchScriptFile) {
  WriteFile(cluster_->dir() + "/model.pt", ReadFile(SourcePath("examples/inference/digits.pt")).substr(0, 1000));
  WriteFile(cluster_->dir() + "/data.csv", "a,b\n1,2\n3,4\n");
  const Outcome outcome = Submit(
      "name: infer\ninputs:\n  rows: {csv: {path: data.csv}}\nstages:\n  - name: score\n    input: rows\n"
      "    infer: {model: {torchscript: {path: model.pt}}, inputs: [a, b]}\noutputs:\n  answer: {from: score}\n");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("model.pt"));
}

TEST_F(BadInput, TorchScriptInputShapeThatDoesNotFit) {
  WriteFile(cluster_->dir() + "/model.pt", ReadFile(SourcePath("examples/inference/digits.pt")));
  WriteFile(cluster_->dir() + "/data.csv", "a,b\n1,2\n3,4\n");
  const Outcome outcome = Submit(
      "name: infer\ninputs:\n  rows: {csv: {path: data.csv}}\nstages:\n  - name: score\n    input: rows\n"
      "    infer: {model: {torchscript: {path: model.pt}}, inputs: [a, b]}\noutputs:\n  answer: {from: score}\n");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("shape"));
}

TEST_F(BadInput, PortInUse) {
  const Outcome outcome = testing::Run(
      {Program("mote-coordinator"), "--listen", cluster_->address(), "--state-dir", cluster_->dir() + "/other-state"},
      cluster_->dir(), absl::Seconds(20));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr(cluster_->address()));
}

TEST_F(BadInput, StateDirectoryThatAnotherCoordinatorHolds) {
  const Outcome outcome =
      testing::Run({Program("mote-coordinator"), "--listen", "127.0.0.1:0", "--state-dir", cluster_->dir() + "/state"},
                   cluster_->dir(), absl::Seconds(20));
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, HasSubstr(cluster_->dir() + "/state"));
}

TEST_F(BadInput, PublicAddressNeedsTheInsecureFlag) {
  const Outcome outcome = testing::Run(
      {Program("mote-coordinator"), "--listen", "0.0.0.0:0", "--state-dir", cluster_->dir() + "/public-state"},
      cluster_->dir(), absl::Seconds(20));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--insecure"));
}

TEST_F(BadInput, NoCoordinatorAnswers) {
  const Outcome outcome =
      testing::Run({Program("mote"), "jobs", "--coordinator", "127.0.0.1:1"}, cluster_->dir(), absl::Seconds(60));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("127.0.0.1:1"));
}

TEST_F(BadInput, ClusterStillWorksAfterAllOfThis) {
  const Outcome outcome = Submit("name: x\nstages:\n  - name: work\n    noop: {}\n    tasks: {count: 100}\n");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

// As progress bars and other encodings do.
TEST_F(BadInput, ProgramThatWritesNoUtf8AndFailsIsExplained) {
  const Outcome outcome = Command(
      "import sys\nsys.stderr.buffer.write(b'\\xff caf\\xe9 ' + '\\u2588'.encode() * 3000)\n"
      "sys.stderr.flush()\nsys.exit(7)\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("exit status 7"), HasSubstr("\u2588")));
}

}  // namespace
}  // namespace mote::testing
