// The examples as a newcomer runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "absl/strings/str_cat.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

std::string DigestOf(const std::string& out) {
  const size_t at = out.find("sha256:");
  return at == std::string::npos ? "" : out.substr(at, 71);
}

Outcome RunExample(const std::string& job, int workers, std::vector<std::string> flags = {}) {
  const std::string dir = MakeTempDir();
  std::vector<std::string> argv{Program("mote"),       "run",      SourcePath(job), "--workers",
                                absl::StrCat(workers), "--output", dir + "/o",      "--digest"};
  argv.insert(argv.end(), flags.begin(), flags.end());
  return Run(std::move(argv), dir);
}

TEST(Examples, CreditRiskHasTheSameDigestForOneTwoAndFourWorkers) {
  std::string digest;
  for (const int workers : {1, 2, 4}) {
    const Outcome outcome = RunExample("examples/credit_risk/credit_risk.yaml", workers);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("f1"));
    if (digest.empty()) digest = DigestOf(outcome.out);
    EXPECT_EQ(DigestOf(outcome.out), digest) << workers << " workers";
  }
  EXPECT_FALSE(digest.empty());
}

TEST(Examples, CreditRiskSurvivesKillsOfEveryKindWithTheSameDigest) {
  const Outcome undisturbed = RunExample("examples/credit_risk/credit_risk.yaml", 1);
  ASSERT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
  RealCluster cluster(2);
  const std::string id = cluster.Submit(SourcePath("examples/credit_risk/credit_risk.yaml"));
  cluster.WaitForTasks(id, 60);
  for (const pid_t engine : ChildrenOf(cluster.worker(0).pid(), "mote-engine")) kill(engine, SIGKILL);
  cluster.WaitForTasks(id, 200);
  cluster.KillCoordinator();
  cluster.StartCoordinator();
  cluster.WaitForTasks(id, 300);
  cluster.KillWorker(1);
  cluster.StartWorker();
  EXPECT_EQ(cluster.Digest(id), DigestOf(undisturbed.out));
}

TEST(Examples, ChoosingAModelHasTheSameDigestForAnyWorkersAndWhenAllIsKilled) {
  const std::string job = "examples/credit_risk/choose_model.yaml";
  const Outcome one = RunExample(job, 1);
  ASSERT_EQ(one.exit_code, 0) << one.err;
  EXPECT_FALSE(DigestOf(one.out).empty());
  const Outcome four = RunExample(job, 4);
  ASSERT_EQ(four.exit_code, 0) << four.err;
  EXPECT_EQ(DigestOf(four.out), DigestOf(one.out));
  RealCluster cluster(2);
  const std::string id = cluster.Submit(SourcePath(job));
  cluster.WaitForTasks(id, 150);
  for (const pid_t engine : ChildrenOf(cluster.worker(0).pid(), "mote-engine")) kill(engine, SIGKILL);
  cluster.WaitForTasks(id, 300);
  cluster.KillCoordinator();
  cluster.StartCoordinator();
  cluster.WaitForTasks(id, 500);
  cluster.KillWorker(1);
  cluster.StartWorker();
  EXPECT_EQ(cluster.Digest(id), DigestOf(one.out));
}

// Training a network with `hidden` layers for two epochs of so many steps; the digest.
std::string TrainWide(const std::string& hidden, int steps, int workers) {
  const std::string dir = MakeTempDir();
  WriteFile(dir + "/german_credit.csv", ReadFile(SourcePath("examples/credit_risk/german_credit.csv")));
  WriteFile(dir + "/wide.yaml",
            absl::StrCat("name: wide\ninputs:\n  applicants: {csv: {path: german_credit.csv}}\nstages:\n"
                         "  - name: clean\n    input: applicants\n    prepare: {label: class, split: {train: 0.8, "
                         "test: 0.2, seed: 1}}\n"
                         "  - name: fit\n    input: clean.train\n    train: {model: {mlp: {hidden: ",
                         hidden, "}}, optimizer: {adamw: {lr: 0.001}}, epochs: 2, batch_size: ", 800 / steps,
                         "}\n"
                         "    tasks: {rows: 40}\noutputs:\n  model: {from: fit.model}\n"));
  const Outcome outcome = testing::Run({Program("mote"), "run", dir + "/wide.yaml", "--workers", absl::StrCat(workers),
                                        "--output", dir + "/o", "--digest"},
                                       dir);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return DigestOf(outcome.out);
}

TEST(Examples, NetworksWhoseGradientsAreTooLargeForAReportTrainToTheSameBits) {
  // 330 KB: one blob, and an update of eight and one of two gradients. 4.5 MB: two blobs.
  for (const auto& [hidden, steps] : {std::pair{"[256, 256]", 10}, std::pair{"[1024, 1024]", 1}}) {
    const std::string digest = TrainWide(hidden, steps, 1);
    EXPECT_FALSE(digest.empty());
    EXPECT_EQ(TrainWide(hidden, steps, 2), digest) << hidden;
  }
}

// The mean of states of 150 KB, which stay on the workers that made them.
TEST(Examples, LocalStepsTrainToTheSameBitsForOneAndTwoWorkersAndThroughCrashes) {
  const auto write = [](const std::string& dir) {
    WriteFile(dir + "/german_credit.csv", ReadFile(SourcePath("examples/credit_risk/german_credit.csv")));
    WriteFile(
        dir + "/local.yaml",
        "name: local\ninputs:\n  applicants: {csv: {path: german_credit.csv}}\nstages:\n"
        "  - name: clean\n    input: applicants\n"
        "    prepare: {label: class, split: {train: 0.8, dev: 0.2, seed: 1}}\n"
        "  - name: fit\n    input: clean.train\n"
        "    train: {model: {mlp: {hidden: [64, 32]}}, epochs: 8, batch_size: 8, validate: clean.dev, keep: best,\n"
        "            local: {parts: 5, steps: 2}}\n"
        "outputs:\n  model: {from: fit.model}\n  history: {from: fit.history}\n");
    return dir + "/local.yaml";
  };
  const std::string digest = RealCluster::UndisturbedDigest(write);
  EXPECT_FALSE(digest.empty());
  RealCluster cluster(2);
  const std::string job = write(cluster.dir());
  EXPECT_EQ(cluster.Digest(cluster.Submit(job)), digest);
  RealCluster crashing(2);
  const std::string id = crashing.Submit(write(crashing.dir()));
  crashing.WaitForTasks(id, 150);
  crashing.KillCoordinator();
  crashing.StartCoordinator();
  crashing.WaitForTasks(id, 250);
  crashing.KillWorker(1);
  crashing.StartWorker();
  EXPECT_EQ(crashing.Digest(id), digest);
}

// The prepared table of the applicants that `source` names in `dir`; the digest.
std::string PrepareApplicants(const std::string& dir, const std::string& source) {
  WriteFile(dir + "/prepare.yaml",
            absl::StrCat("name: prepare\ninputs: {applicants: {csv: ", source,
                         "}}\nstages:\n"
                         "  - {name: clean, input: applicants, prepare: {label: class}}\n"
                         "outputs: {rows: {from: clean.all}, quality: {from: clean.quality}}\n"));
  const Outcome outcome =
      testing::Run({Program("mote"), "run", dir + "/prepare.yaml", "--output", dir + "/o", "--digest"}, dir);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return DigestOf(outcome.out);
}

TEST(Examples, ATableInPackedPiecesIsTheSameTable) {
  const std::string dir = MakeTempDir();
  const std::string text = ReadFile(SourcePath("examples/credit_risk/german_credit.csv"));
  const size_t header = text.find('\n') + 1, middle = text.find('\n', text.size() / 2) + 1;
  WriteFile(dir + "/whole.csv", text);
  WriteFile(dir + "/part-1.csv", text.substr(0, middle - 1));  // without its last newline
  WriteFile(dir + "/part-2.csv", text.substr(0, header) + text.substr(middle));
  ASSERT_EQ(testing::Run({"/bin/gzip", dir + "/part-2.csv"}, dir).exit_code, 0);
  const std::string digest = PrepareApplicants(dir, "{path: whole.csv}");
  EXPECT_FALSE(digest.empty());
  EXPECT_EQ(PrepareApplicants(dir, "{path: 'part-*'}"), digest);
  EXPECT_EQ(PrepareApplicants(dir, "{paths: [part-1.csv, part-2.csv.gz]}"), digest);
}

TEST(Examples, InferenceWithATorchScriptModel) {
  const Outcome outcome = RunExample("examples/inference/digits.yaml", 2);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("accuracy"));
}

TEST(Examples, YourOwnCode) {
  const Outcome outcome = RunExample("examples/your_own_code/check_ibans.yaml", 2, {"--allow-commands"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST(Examples, YourOwnCodeWaitsForAWorkerThatAllowsItAndSaysSo) {
  RealCluster cluster(1, {});
  const std::string id = cluster.Submit(SourcePath("examples/your_own_code/check_ibans.yaml"));
  std::string reason;
  for (int i = 0; i < 200 && reason.find("--allow-commands") == std::string::npos; ++i) {
    reason = cluster.Mote({"explain", id}).out;
  }
  EXPECT_THAT(reason, HasSubstr("--allow-commands"));
}

}  // namespace
}  // namespace mote::testing
