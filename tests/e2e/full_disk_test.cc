// The disk of the state directory is full: the coordinator ends and says what to do,
// and is whole again once there is space.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "tests/testing/real_cluster.h"
#include "tests/testing/small_disk.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

TEST(FullDisk, TheCoordinatorStopsAtOnceSaysWhyAndLosesNoJobItAcknowledged) {
  const std::string mounted_at = MakeTempDir();
  {
    SmallDisk disk(mounted_at, 4);
    if (!disk.mounted()) GTEST_SKIP() << disk.why_not();
    RealCluster cluster(
        ClusterOptions{.workers = 0, .state_dir = mounted_at + "/state", .coordinator_flags = {"--disk-reserve", "0"}});
    const std::string job = cluster.dir() + "/job.yaml";
    WriteFile(
        job, "name: noop\nstages:\n  - name: work\n    noop: {}\n    tasks: {count: 3}\noutputs:\n  a: {from: work}\n");
    disk.FillUpTo(200'000);
    std::vector<std::string> acknowledged;
    while (cluster.coordinator().IsRunning() && acknowledged.size() < 1000) {
      const Outcome submitted = cluster.Mote({"submit", job, "--no-wait", "--parsable"}, absl::Seconds(5));
      if (submitted.exit_code == 0) acknowledged.push_back(submitted.out.substr(0, submitted.out.find('\n')));
    }
    EXPECT_EQ(cluster.coordinator().Wait(absl::Seconds(10)), 1);
    const std::string said = cluster.coordinator().Stderr();
    EXPECT_THAT(said, HasSubstr("cannot make events durable, stopping at once"));
    EXPECT_THAT(said, HasSubstr("free space on its disk"));
    EXPECT_GT(acknowledged.size(), 3u);

    disk.Empty();
    cluster.StartCoordinator();
    for (const std::string& id : acknowledged) EXPECT_EQ(cluster.JobState(id), "JOB_STATE_PENDING") << "job " << id;
  }
  std::filesystem::remove_all(mounted_at);
}

}  // namespace
}  // namespace mote::testing
