// Workers that are not like the others: one turns slow, one computes wrongly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

// A program that squares a number in 10 ms; slowly once the file $SLOW_WHEN exists, and
// wrongly where $WRONG is set. Workers hand their environment on.
constexpr char kProgram[] = R"(import json, os, sys, time

for line in sys.stdin:
    slow = os.path.exists(os.environ.get("SLOW_WHEN", ""))
    time.sleep(1 if slow else 0.01)
    x = json.loads(line)["x"]
    print(json.dumps({"y": x * x + (1 if os.environ.get("WRONG") else 0)}), flush=True)
)";

std::string SquaresJob(const std::string& dir, int rows, const std::string& fields = "") {
  std::string table;
  for (int i = 0; i < rows; ++i) table += "{\"x\": " + std::to_string(i) + "}\n";
  WriteFile(dir + "/rows.jsonl", table);
  WriteFile(dir + "/square.py", kProgram);
  const std::string path = dir + "/squares.yaml";
  WriteFile(path,
            "name: squares\ninputs:\n  rows: {jsonl: {path: rows.jsonl}}\nstages:\n  - name: work\n    input: rows\n"
            "    command: {run: [python3, square.py], files: [square.py], protocol: jsonl}\n    tasks: {rows: 1}\n" +
                fields + "outputs:\n  squares: {from: work}\n");
  return path;
}

std::string UndisturbedDigest(int rows) {
  return RealCluster::UndisturbedDigest([rows](const std::string& dir) { return SquaresJob(dir, rows); });
}

TEST(UnequalWorkers, WorkerThatTurnsSlowGivesTheRestOfItsBlockBack) {
  const std::string want = UndisturbedDigest(400);
  const std::string flag = MakeTempDir() + "/slow";
  ClusterOptions options{.workers = 2};
  options.worker_prefix = [&flag](int worker) -> std::vector<std::string> {
    if (worker == 0) return {};
    return {"/usr/bin/env", "SLOW_WHEN=" + flag};
  };
  RealCluster cluster(options);
  const std::string id = cluster.Submit(SquaresJob(cluster.dir(), 400));
  cluster.WaitForTasks(id, 100);
  WriteFile(flag, "");
  EXPECT_EQ(cluster.Digest(id), want);
  EXPECT_THAT(cluster.worker(1).Stderr(), HasSubstr("is asked to give back what it has not begun"));
}

TEST(UnequalWorkers, WorkerThatComputesWronglyIsOutvotedAndExcluded) {
  const std::string want = UndisturbedDigest(60);
  ClusterOptions options{.workers = 3};
  options.worker_prefix = [](int worker) -> std::vector<std::string> {
    if (worker != 0) return {};
    return {"/usr/bin/env", "WRONG=1"};
  };
  RealCluster cluster(options);
  cluster.WaitForWorkers(3);  // a worker that is alone cannot be outvoted
  const std::string id = cluster.Submit(SquaresJob(cluster.dir(), 60, "    verify: {replicas: 2}\n"));
  EXPECT_EQ(cluster.Digest(id), want);
  const std::string workers = cluster.Mote({"workers"}).out;
  EXPECT_THAT(workers, HasSubstr("distrusted"));
  EXPECT_THAT(workers, HasSubstr("differs from that of"));
  EXPECT_THAT(cluster.Mote({"job", id}).out, HasSubstr("verified: "));
}

TEST(UnequalWorkers, OneWorkerAloneCannotBeVerifiedIndependentlyAndThatIsSaid) {
  RealCluster cluster(1);
  const std::string id = cluster.Submit(SquaresJob(cluster.dir(), 5, "    verify: {replicas: 2}\n"));
  EXPECT_THAT(cluster.Digest(id), HasSubstr("sha256:"));
  EXPECT_THAT(cluster.Mote({"cost", id}).out, HasSubstr("not independently"));
}

}  // namespace
}  // namespace mote::testing
