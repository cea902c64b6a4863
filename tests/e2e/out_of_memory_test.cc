// The kernel kills an engine that takes more memory than there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "tests/testing/memory_limit.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Vectors of 4 MB, after a while in which the engine can be found.
std::string JobFile(const std::string& dir) {
  const std::string path = dir + "/large.yaml";
  WriteFile(path,
            "name: large\nstages:\n  - name: wait\n    sleep: {duration: 500ms}\n    tasks: {count: 4}\n"
            "  - name: work\n    random_sum: {values: 500000, seed: 3}\n    tasks: {count: 8}\n    reduce: sum\n"
            "    after: [wait]\noutputs:\n  answer: {from: work}\n");
  return path;
}

TEST(OutOfMemory, AnEngineThatTheKernelKillsIsNamedAsThatAndItsTaskRunsAgain) {
  const auto limit = MemoryLimit::Make(2 << 20);
  if (!limit.ok()) GTEST_SKIP() << limit.status().message();
  const std::string want = RealCluster::UndisturbedDigest(JobFile);
  {
    RealCluster cluster(1);
    const std::string id = cluster.Submit(JobFile(cluster.dir()));
    cluster.WaitForTasks(id, 1);
    const std::vector<pid_t> engines = ChildrenOf(cluster.worker(0).pid(), "mote-engine");
    ASSERT_EQ(engines.size(), 1u);
    ASSERT_TRUE((*limit)->Add(engines[0]).ok());
    EXPECT_EQ(cluster.Digest(id), want);
    const std::string story = cluster.Mote({"explain", id}).out;
    EXPECT_THAT(story, AllOf(HasSubstr("out of memory"), HasSubstr("killed for lack of memory"),
                             HasSubstr("make tasks smaller")))
        << story;
  }
}

}  // namespace
}  // namespace mote::testing
