// Rows that stay at their workers: real processes, each of which sees its own directory alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/testing/chaos.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const std::vector<std::string> kHospitals = {"berlin", "paris"};

// What nobody but the hospital may have: every row has a name that is nowhere else.
std::string Patients(const std::string& hospital, int rows) {
  std::string text = "name,age,smokes,weight,ill\n";
  for (int i = 0; i < rows; ++i) {
    const int age = 20 + i * 37 % 60;
    const bool smokes = i % 3 == 0;
    absl::StrAppend(&text, "secret-", hospital, "-", i, ",", age, ",", smokes ? "yes" : "no", ",",
                    i % 11 == 5 ? "" : absl::StrCat(50 + i * 13 % 50), ",", age + (smokes ? 25 : 0) > 62 ? "yes" : "no",
                    "\n");
  }
  return text;
}

// Hospitals of different size, each with a directory of its own.
class Hospitals {
 public:
  explicit Hospitals(int slots = 1) : dir_(MakeTempDir()), slots_(slots) {
    for (size_t i = 0; i < kHospitals.size(); ++i) {
      fs::create_directories(Folder(i));
      WriteFile(File(i), Patients(kHospitals[i], 900 + 500 * static_cast<int>(i)));
    }
  }

  std::string Folder(size_t i) const { return absl::StrCat(dir_, "/", kHospitals[i]); }
  std::string File(size_t i) const { return Folder(i) + "/patients.csv"; }

  ClusterOptions Cluster() const {
    ClusterOptions options;
    options.workers = static_cast<int>(kHospitals.size());
    options.slots = slots_;
    options.worker_flags = {};
    options.own_flags = [this](int worker) {
      const auto i = static_cast<size_t>(worker);
      return std::vector<std::string>{"--name", kHospitals[i], "--shared-dir", Folder(i)};
    };
    return options;
  }

  std::string Job(const std::string& placement = "pinned", int epochs = 4) const {
    const std::string path = absl::StrCat(dir_, "/job.yaml");
    WriteFile(path, absl::StrCat("name: hospitals\ninputs:\n  patients:\n    csv: {shared: {berlin: ", File(0),
                                 ", paris: ", File(1), "}}\n    placement: ", placement,
                                 "\nstages:\n"
                                 "  - name: clean\n    input: patients\n    tasks: {rows: 60}\n"
                                 "    prepare: {label: ill, drop_columns: [name], split: {train: 0.7, test: 0.3, "
                                 "seed: 7}}\n"
                                 "  - name: fit\n    input: clean.train\n"
                                 "    train: {model: {mlp: {hidden: [16]}}, epochs: ",
                                 epochs,
                                 ", batch_size: 32, validate: clean.test, local: {steps: 4}, seed: 3}\n"
                                 "  - name: score\n    input: clean.test\n    infer: {model: fit.model}\n"
                                 "    reduce: {classification_report: {label: label}}\n"
                                 "outputs:\n  report: {from: score}\n  model: {from: fit.model}\n"
                                 "  quality: {from: clean.quality}\n  history: {from: fit.history}\n"));
    return path;
  }

 private:
  const std::string dir_;
  const int slots_;
};

// Some file below the directory has the text.
bool AnyFileHas(const std::string& dir, const std::string& text) {
  for (const auto& entry : fs::recursive_directory_iterator(dir)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.find(text) != std::string::npos) return true;
  }
  return false;
}

int64_t LargestBelow(const std::string& dir) {
  int64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(dir)) {
    if (entry.is_regular_file()) bytes = std::max(bytes, static_cast<int64_t>(entry.file_size()));
  }
  return bytes;
}

TEST(Pinned, ModelsAreTrainedAndJudgedAndNoRowLeavesItsWorker) {
  const Hospitals hospitals;
  RealCluster cluster(hospitals.Cluster());
  const std::string id = cluster.Submit(hospitals.Job());
  EXPECT_NE(cluster.Digest(id), "");
  EXPECT_EQ(cluster.JobState(id), "JOB_STATE_SUCCEEDED") << cluster.Mote({"explain", id}).out;
  const std::string report = cluster.Mote({"result", id, "report", "-o", "json"}).out;
  EXPECT_THAT(report, HasSubstr("\"rows\": 690")) << "three tenths of 900 and of 1400";
  EXPECT_FALSE(AnyFileHas(cluster.dir() + "/state", "secret-"));
  // The largest thing that went there is a state: of 2 × 16 weights and moments. The rows that
  // were learned from are 40 bytes each, 1,610 of them.
  EXPECT_LT(LargestBelow(cluster.dir() + "/state/artifacts"), 10'000);
  // Nor does one hospital have the other's.
  EXPECT_FALSE(AnyFileHas(cluster.dir() + "/store0", "secret-paris"));
  EXPECT_FALSE(AnyFileHas(cluster.dir() + "/store1", "secret-berlin"));
}

TEST(Pinned, HasTheSameBitsOnMoreSlotsAndWhateverIsKilled) {
  const Hospitals hospitals;
  std::string expected;
  {
    RealCluster cluster(hospitals.Cluster());
    expected = cluster.Digest(cluster.Submit(hospitals.Job()));
  }
  const Hospitals larger(/*slots=*/2);
  {
    RealCluster cluster(larger.Cluster());
    EXPECT_EQ(cluster.Digest(cluster.Submit(larger.Job())), expected);
  }
  RealCluster cluster(hospitals.Cluster());
  const std::string id = cluster.Submit(hospitals.Job());
  cluster.WaitForTasks(id, 20);
  for (int i = 0; i < cluster.workers(); ++i) {
    for (const pid_t engine : ChildrenOf(cluster.worker(i).pid(), "mote-engine")) kill(engine, SIGKILL);
  }
  cluster.WaitForTasks(id, 60);
  cluster.KillCoordinator();
  cluster.StartCoordinator();
  cluster.RestartWorker(1);
  EXPECT_EQ(cluster.Digest(id), expected);
}

TEST(Pinned, AJobWaitsForAWorkerThatIsAwayAndSaysSo) {
  const Hospitals hospitals;
  RealCluster cluster(hospitals.Cluster());
  cluster.WaitForWorkers(2);
  cluster.KillWorker(1);
  const std::string id = cluster.Submit(hospitals.Job());
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  std::string told;
  while (told.find("stay at worker paris, which is not connected") == std::string::npos && absl::Now() < deadline) {
    told = cluster.Mote({"explain", id}).out;
    absl::SleepFor(absl::Milliseconds(100));
  }
  EXPECT_THAT(told, HasSubstr("stay at worker paris, which is not connected; start it with --name paris"));
  cluster.RestartWorker(1);
  EXPECT_NE(cluster.Digest(id), "");
}

TEST(Pinned, WaitingEndsWithTheTimeThatTheJobGivesAndARetryGoesOn) {
  const Hospitals hospitals;
  RealCluster cluster(hospitals.Cluster());
  cluster.WaitForWorkers(2);
  const std::string expected = cluster.Digest(cluster.Submit(hospitals.Job()));
  cluster.KillWorker(0);
  const std::string id = cluster.Submit(hospitals.Job("{pinned: {wait: 2s}}"));
  cluster.Mote({"wait", id});
  EXPECT_EQ(cluster.JobState(id), "JOB_STATE_FAILED");
  EXPECT_THAT(cluster.Mote({"job", id}).out,
              HasSubstr("stay at worker berlin, which is not connected; the job waited 2s"));
  cluster.RestartWorker(0);
  cluster.WaitForWorkers(2);
  EXPECT_EQ(cluster.Mote({"retry", id}).exit_code, 0);
  EXPECT_EQ(cluster.Digest(id), expected);
}

TEST(Pinned, TheExampleOfTwoBanksRuns) {
  const std::string dir = MakeTempDir();
  const Outcome outcome = testing::Run({SourcePath("examples/two_banks/run.sh"), MOTE_BIN_DIR}, dir);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("ROC AUC 0."));
  EXPECT_THAT(outcome.out, HasSubstr("digest sha256:"));
}

TEST(Pinned, ATableThatStaysIsNoOutput) {
  const Hospitals hospitals;
  RealCluster cluster(hospitals.Cluster());
  const std::string path = hospitals.Job();
  std::ofstream(path, std::ios::app) << "  rows: {from: clean.train}\n";
  const std::string id = cluster.Submit(path);
  cluster.Mote({"wait", id});
  EXPECT_EQ(cluster.JobState(id), "JOB_STATE_FAILED");
  EXPECT_THAT(cluster.Mote({"job", id}).out,
              HasSubstr("output rows is the table clean.train, whose rows stay at their workers"));
  // Nor is it when an earlier job has made it.
  ASSERT_NE(cluster.Digest(cluster.Submit(hospitals.Job())), "");
  const std::string rest = hospitals.Job();
  std::ofstream(rest, std::ios::app) << "  rows: {from: clean.train}\n";
  const std::string again = cluster.Submit(rest);
  cluster.Mote({"wait", again});
  EXPECT_EQ(cluster.JobState(again), "JOB_STATE_FAILED");
}

}  // namespace
}  // namespace mote::testing
