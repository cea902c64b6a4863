// Workers on other hosts, behind a network that delays, loses and parts.
#include "tests/testing/network.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/json.h"
#include "tests/testing/job_facts.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

constexpr int kCoordinatorHost = 0;
constexpr int kWorkers = 2;
// About mote-coordinator's --worker-limit: a worker that is silent for longer is lost.
constexpr absl::Duration kHeartbeatLimit = absl::Seconds(3);
constexpr absl::Duration kPoll = absl::Milliseconds(20);

int HostOf(int worker) { return 1 + worker; }

std::string JobFile(const std::string& dir) {
  const std::string path = dir + "/sums.yaml";
  WriteFile(path,
            "name: sums\nstages:\n  - name: wait\n    sleep: {duration: 10ms}\n    tasks: {count: 300}\n"
            "  - name: work\n    random_sum: {values: 100, seed: 3}\n    tasks: {count: 3000}\n    reduce: sum\n"
            "    after: [wait]\noutputs:\n  answer: {from: work}\n  waited: {from: wait}\n");
  return path;
}

const std::string& UndisturbedDigest() {
  static const std::string digest = RealCluster::UndisturbedDigest(JobFile);
  return digest;
}

// The coordinator on one host, and a worker on each of two others.
class HostsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Network>> network = Network::Make(1 + kWorkers);
    if (!network.ok()) GTEST_SKIP() << network.status().message();
    network_ = *std::move(network);
    ClusterOptions options;
    options.workers = kWorkers;
    options.listen = Network::Address(kCoordinatorHost) + ":0";
    options.coordinator_flags = {"--insecure"};
    options.coordinator_prefix = network_->Enter(kCoordinatorHost);
    options.worker_prefix = [this](int worker) { return network_->Enter(HostOf(worker)); };
    cluster_.emplace(std::move(options));
    cluster_->WaitForWorkers(kWorkers);
  }

  void TearDown() override {
    cluster_.reset();
    network_.reset();
  }

  // Submits the job and waits until it runs.
  std::string Start() {
    const std::string id = cluster_->Submit(JobFile(cluster_->dir()));
    cluster_->WaitForTasks(id, 30);
    return id;
  }

  JobFacts Facts(const std::string& id) {
    const absl::StatusOr<JobFacts> facts = ParseJobFacts(cluster_->Mote({"job", id, "-o", "json"}).out);
    EXPECT_TRUE(facts.ok()) << facts.status();
    return facts.value_or(JobFacts());
  }

  // The job has the undisturbed digest, and each task once in its ledger.
  void ExpectUndisturbed(const std::string& id) {
    EXPECT_EQ(cluster_->Digest(id), UndisturbedDigest());
    EXPECT_EQ(Facts(id).Miscounted(), "");
  }

  std::unique_ptr<Network> network_;
  std::optional<RealCluster> cluster_;
};

TEST_F(HostsTest, DelayAndLossChangeNoBitAndLoseNobody) {
  network_->SetDelay(absl::Milliseconds(20), absl::Milliseconds(10));
  network_->SetLoss(0.02);
  const std::string id = Start();
  ExpectUndisturbed(id);
  EXPECT_GT(network_->packets_lost(), 0);
  EXPECT_EQ(cluster_->ConnectedWorkers(), kWorkers);
}

TEST_F(HostsTest, PartitionShorterThanTheHeartbeatLimitCostsNoAttempt) {
  const std::string id = Start();
  network_->Cut(HostOf(0));
  absl::SleepFor(kHeartbeatLimit / 4);
  network_->Mend(HostOf(0));
  ExpectUndisturbed(id);
  EXPECT_EQ(Facts(id).stages["wait"].attempts_lost, 0);
}

TEST_F(HostsTest, PartitionLongerThanTheHeartbeatLimitIsRunElsewhereAndTheWorkerComesBack) {
  const std::string id = Start();
  network_->Cut(HostOf(0));
  cluster_->WaitForWorkers(kWorkers - 1);
  ExpectUndisturbed(id);
  EXPECT_GT(Facts(id).stages["wait"].attempts_lost, 0);
  network_->Mend(HostOf(0));
  cluster_->WaitForWorkers(kWorkers);
  ExpectUndisturbed(Start());
}

TEST_F(HostsTest, ConnectionOfAHostThatIsGoneIsNoticed) {
  const std::string id = Start();
  // No packet says that this worker has ended: the connection stays half open.
  network_->Cut(HostOf(0));
  cluster_->KillWorker(0);
  const absl::Time gone = absl::Now();
  cluster_->WaitForWorkers(kWorkers - 1);
  EXPECT_LT(absl::Now() - gone, kHeartbeatLimit + absl::Seconds(2));
  ExpectUndisturbed(id);
}

TEST_F(HostsTest, WorkerThatHearsButIsNotHeardIsReplacedAndItsLateReportsCountOnce) {
  const std::string id = Start();
  network_->Mute(HostOf(0));
  cluster_->WaitForWorkers(kWorkers - 1);
  network_->Mend(HostOf(0));
  ExpectUndisturbed(id);
  cluster_->WaitForWorkers(kWorkers);
}

TEST_F(HostsTest, CoordinatorThatIsKilledBehindAPartitionIsFoundAgain) {
  const std::string id = Start();
  network_->Cut(kCoordinatorHost);
  cluster_->KillCoordinator();  // its workers do not hear of it
  cluster_->StartCoordinator();
  network_->Mend(kCoordinatorHost);
  ExpectUndisturbed(id);
  cluster_->WaitForWorkers(kWorkers);
}

}  // namespace
}  // namespace mote::testing
