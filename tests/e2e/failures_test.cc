// kill -9 at the worst moments: the job goes on and its bits stay the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/testing/job_facts.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

std::string SumsJob(const std::string& dir, int tasks) {
  const std::string path = dir + "/sums.yaml";
  WriteFile(
      path,
      "name: sums\nstages:\n  - name: wait\n    sleep: {duration: 2ms}\n    tasks: {count: " + std::to_string(tasks) +
          "}\n  - name: work\n    random_sum: {values: 100, seed: 3}\n    tasks: {count: 3000}\n    reduce: sum\n"
          "    after: [wait]\noutputs:\n  answer: {from: work}\n  waited: {from: wait}\n");
  return path;
}

std::string UndisturbedDigest() {
  return RealCluster::UndisturbedDigest([](const std::string& dir) { return SumsJob(dir, 600); });
}

TEST(Failures, EngineKilled) {
  const std::string want = UndisturbedDigest();
  RealCluster cluster(2);
  const std::string id = cluster.Submit(SumsJob(cluster.dir(), 600));
  cluster.WaitForTasks(id, 50);
  const std::vector<pid_t> engines = ChildrenOf(cluster.worker(0).pid(), "mote-engine");
  ASSERT_EQ(engines.size(), 1u);
  kill(engines[0], SIGKILL);
  EXPECT_EQ(cluster.Digest(id), want);
}

TEST(Failures, WorkerKilledForGood) {
  const std::string want = UndisturbedDigest();
  RealCluster cluster(2);
  const std::string id = cluster.Submit(SumsJob(cluster.dir(), 600));
  cluster.WaitForTasks(id, 50);
  cluster.KillWorker(0);
  EXPECT_EQ(cluster.Digest(id), want);
}

// Partials of 1.6 MB, which workers keep and fold among themselves.
std::string LargeSumsJob(const std::string& dir) {
  const std::string path = dir + "/large.yaml";
  WriteFile(path,
            "name: large\nstages:\n  - name: work\n    random_sum: {values: 200000, seed: 3}\n    tasks: {count: 200}\n"
            "    reduce: sum\noutputs:\n  answer: {from: work}\n");
  return path;
}

TEST(Failures, WorkerKilledThatAloneHadPartialsAndOnlyTheseAreMadeAgain) {
  const std::string want = RealCluster::UndisturbedDigest(LargeSumsJob);
  RealCluster cluster(3);
  const std::string id = cluster.Submit(LargeSumsJob(cluster.dir()));
  cluster.WaitForTasks(id, 100);
  cluster.KillWorker(0);
  const int64_t done = cluster.TasksCommitted(id);
  EXPECT_EQ(cluster.Digest(id), want);
  const auto facts = ParseJobFacts(cluster.Mote({"job", id, "-o", "json"}).out);
  ASSERT_TRUE(facts.ok()) << facts.status();
  const JobFacts::Stage& work = facts->stages.at("work");
  EXPECT_EQ(facts->Miscounted(), "");
  EXPECT_LT(work.lost, done) << "what the others had was made again too";
}

TEST(Failures, DrainedWorkerHandsOverThePartialsThatItAloneHas) {
  const std::string want = RealCluster::UndisturbedDigest(LargeSumsJob);
  RealCluster cluster(3);
  const std::string id = cluster.Submit(LargeSumsJob(cluster.dir()));
  cluster.WaitForTasks(id, 100);
  kill(cluster.worker(0).pid(), SIGTERM);
  EXPECT_EQ(cluster.worker(0).Wait(absl::Seconds(30)), 0);
  EXPECT_EQ(cluster.Digest(id), want);
  const auto facts = ParseJobFacts(cluster.Mote({"job", id, "-o", "json"}).out);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->stages.at("work").lost, 0);
}

TEST(Failures, CoordinatorKilledWhileWorkersKeepPartials) {
  const std::string want = RealCluster::UndisturbedDigest(LargeSumsJob);
  RealCluster cluster(2);
  const std::string id = cluster.Submit(LargeSumsJob(cluster.dir()));
  cluster.WaitForTasks(id, 100);
  cluster.KillCoordinator();
  cluster.StartCoordinator();
  EXPECT_EQ(cluster.Digest(id), want);
}

TEST(Failures, CoordinatorKilledAndStartedAgain) {
  const std::string want = UndisturbedDigest();
  RealCluster cluster(2);
  const std::string id = cluster.Submit(SumsJob(cluster.dir(), 600));
  cluster.WaitForTasks(id, 50);
  for (int i = 0; i < 3; ++i) {
    cluster.KillCoordinator();
    cluster.StartCoordinator();
  }
  EXPECT_EQ(cluster.Digest(id), want);
}

TEST(Failures, CoordinatorStoppedCleanlyKeepsItsJobs) {
  RealCluster cluster(1);
  const std::string id = cluster.Submit(SumsJob(cluster.dir(), 100));
  cluster.coordinator().Signal(SIGTERM);
  EXPECT_EQ(cluster.coordinator().Wait(absl::Seconds(20)), 0) << cluster.coordinator().Stderr();
  cluster.StartCoordinator();
  EXPECT_THAT(cluster.Digest(id), HasSubstr("sha256:"));
}

TEST(Failures, FrozenWorkerIsReplacedAndItsLateReportsAreIgnored) {
  const std::string want = UndisturbedDigest();
  RealCluster cluster(2);
  const std::string id = cluster.Submit(SumsJob(cluster.dir(), 600));
  cluster.WaitForTasks(id, 50);
  cluster.worker(0).Signal(SIGSTOP);
  EXPECT_EQ(cluster.Digest(id), want);
  cluster.worker(0).Signal(SIGCONT);
}

}  // namespace
}  // namespace mote::testing
