// Full disks: what was acknowledged is kept, the reason is named, and freed space is
// enough to go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "absl/time/clock.h"
#include "tests/testing/job_facts.h"
#include "tests/testing/real_cluster.h"
#include "tests/testing/small_disk.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kDiskMegabytes = 32;
constexpr int64_t kReserveBytes = 4 << 20;
constexpr absl::Duration kPoll = absl::Milliseconds(20);

std::string JobFile(const std::string& dir) {
  const std::string path = dir + "/rows.yaml";
  WriteFile(path,
            "name: rows\nstages:\n  - name: wait\n    sleep: {duration: 5ms}\n    tasks: {count: 200}\n"
            "  - name: rows\n    echo: {bytes: 300}\n    tasks: {count: 3000}\n    after: [wait]\n"
            "outputs:\n  waited: {from: wait}\n  rows: {from: rows}\n");
  return path;
}

const std::string& UndisturbedDigest() {
  static const std::string digest = RealCluster::UndisturbedDigest(JobFile);
  return digest;
}

JobFacts Facts(RealCluster& cluster, const std::string& id) {
  return ParseJobFacts(cluster.Mote({"job", id, "-o", "json"}).out).value_or(JobFacts());
}

void ExpectUndisturbed(RealCluster& cluster, const std::string& id) {
  EXPECT_EQ(cluster.Digest(id), UndisturbedDigest());
  EXPECT_EQ(Facts(cluster, id).Miscounted(), "");
}

class DiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    disk_.emplace(mounted_at_, kDiskMegabytes);
    if (!disk_->mounted()) GTEST_SKIP() << disk_->why_not();
  }

  void TearDown() override {
    disk_.reset();
    std::filesystem::remove(mounted_at_);
  }

  ClusterOptions WithStateDirOnDisk(int64_t reserve_bytes = kReserveBytes) const {
    ClusterOptions options;
    options.state_dir = mounted_at_ + "/state";
    options.coordinator_flags = {"--disk-reserve", std::to_string(reserve_bytes)};
    return options;
  }

  const std::string mounted_at_ = MakeTempDir();
  std::optional<SmallDisk> disk_;
};

TEST_F(DiskTest, BelowTheReserveNewJobsAreRefusedAndTheOthersAreKept) {
  RealCluster cluster(WithStateDirOnDisk());
  const std::string id = cluster.Submit(JobFile(cluster.dir()));
  cluster.WaitForTasks(id, 1);
  disk_->FillUpTo(kReserveBytes / 2);
  const Outcome refused = cluster.Mote({"submit", JobFile(cluster.dir()), "--no-wait"});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.err, HasSubstr("free"));
  EXPECT_THAT(cluster.Mote({"jobs"}).out, HasSubstr("rows"));  // reads go on
  disk_->Empty();
  ExpectUndisturbed(cluster, id);
  ExpectUndisturbed(cluster, cluster.Submit(JobFile(cluster.dir())));
}

// Without a reserve: with one, nothing new may be leased before the disk is quite full, and
// then nothing is written that could fail.
TEST_F(DiskTest, FullStateDirectoryStopsTheCoordinatorWithTheReasonAndLosesNothing) {
  RealCluster cluster(WithStateDirOnDisk(/*reserve_bytes=*/0));
  const std::string id = cluster.Submit(JobFile(cluster.dir()));
  cluster.WaitForTasks(id, 1);
  disk_->FillUpTo(0);
  EXPECT_EQ(cluster.coordinator().Wait(absl::Seconds(20)), 1);
  EXPECT_THAT(cluster.coordinator().Stderr(), AllOf(HasSubstr("disk is full"), HasSubstr("free space")));
  disk_->Empty();
  cluster.StartCoordinator();
  ExpectUndisturbed(cluster, id);
}

TEST_F(DiskTest, FullStoreOfAWorkerIsNamedAndTheJobGoesOnOnceThereIsSpace) {
  ClusterOptions options;
  options.store_dir = [this](int) { return mounted_at_ + "/store"; };
  RealCluster cluster(options);
  const std::string id = cluster.Submit(JobFile(cluster.dir()));
  cluster.WaitForTasks(id, 1);
  disk_->FillUpTo(0);
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (Facts(cluster, id).stages["rows"].attempts_lost == 0) {
    ASSERT_LT(absl::Now(), deadline) << "a full store fails no attempt";
    absl::SleepFor(kPoll);
  }
  disk_->Empty();
  ExpectUndisturbed(cluster, id);
}

}  // namespace
}  // namespace mote::testing
