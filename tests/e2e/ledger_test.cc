// What every task cost, as `mote` shows it after real runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/json.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string JobFile(const std::string& dir, const std::string& stage) {
  const std::string path = dir + "/job.yaml";
  WriteFile(path, absl::StrCat("name: ledger\nstages:\n  - name: work\n", stage, "outputs:\n  answer: {from: work}\n"));
  return path;
}

// Every task from 0 to `tasks` − 1 has one row; the sum of what they took, ns.
int64_t SumOfRows(const std::string& csv, int64_t tasks) {
  std::vector<std::string> lines = absl::StrSplit(csv, '\n', absl::SkipEmpty());
  EXPECT_EQ(static_cast<int64_t>(lines.size()), tasks + 1);
  std::set<int64_t> seen;
  int64_t sum = 0;
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> fields = absl::StrSplit(lines[i], ',');
    EXPECT_TRUE(seen.insert(std::stoll(fields.at(3))).second) << lines[i];
    sum += std::stoll(fields.at(6));
  }
  EXPECT_TRUE(seen.empty() || *seen.rbegin() == tasks - 1);
  return sum;
}

TEST(LedgerOfRealRuns, EveryTaskOfALargeJobHasAMeasuredRow) {
  RealCluster cluster(2);
  const std::string id =
      cluster.Submit(JobFile(cluster.dir(), "    noop: {}\n    tasks: {count: 300000}\n    reduce: count\n"));
  ASSERT_EQ(cluster.Mote({"wait", id}).exit_code, 0);
  const Outcome rows = cluster.Mote({"cost", id, "--tasks", "-o", "csv"});
  EXPECT_THAT(rows.err, IsEmpty());
  const int64_t sum = SumOfRows(rows.out, 300'000);
  const Json cost = Json::parse(cluster.Mote({"cost", id, "-o", "json"}).out).at("total");
  // The rest is what blocks cost beside their tasks.
  EXPECT_LE(static_cast<double>(sum) * 1e-9, cost.at("measured_seconds").get<double>());
  EXPECT_GT(static_cast<double>(sum) * 1e-9, 0.2 * cost.at("measured_seconds").get<double>());
}

TEST(LedgerOfRealRuns, ItIsWholeAfterTheCoordinatorAndAWorkerWereKilled) {
  RealCluster cluster(2);
  const std::string id =
      cluster.Submit(JobFile(cluster.dir(), "    sleep: {duration: 2ms}\n    tasks: {count: 3000}\n"));
  cluster.WaitForTasks(id, 300);
  cluster.KillCoordinator();
  cluster.StartCoordinator();
  cluster.WaitForTasks(id, 1000);
  cluster.RestartWorker(0);
  ASSERT_EQ(cluster.Mote({"wait", id}).exit_code, 0);
  const int64_t sum = SumOfRows(cluster.Mote({"cost", id, "--tasks", "-o", "csv"}).out, 3000);
  EXPECT_GE(sum, 3000 * 2'000'000LL);
}

TEST(LedgerOfRealRuns, ATraceShowsEverySlotAndEveryTask) {
  RealCluster cluster(2);
  const std::string id =
      cluster.Submit(JobFile(cluster.dir(), "    sleep: {duration: 5ms}\n    tasks: {count: 200}\n"));
  ASSERT_EQ(cluster.Mote({"wait", id}).exit_code, 0);
  const Outcome trace = cluster.Mote({"trace", id});
  ASSERT_EQ(trace.exit_code, 0) << trace.err;
  std::set<int> workers;
  int64_t tasks = 0;
  double last_end = 0;
  const Json document = Json::parse(trace.out);
  for (const Json& event : document.at("traceEvents")) {
    if (event.at("ph") != "X" || event.at("cat") != "committed") continue;
    workers.insert(event.at("pid").get<int>());
    tasks += event.at("args").at("tasks").get<int64_t>();
    last_end = std::max(last_end, event.at("ts").get<double>() + event.at("dur").get<double>());
  }
  EXPECT_EQ(workers.size(), 2u);
  EXPECT_EQ(tasks, 200);
  EXPECT_GT(last_end, 400'000) << "microseconds: 200 tasks of 5 ms on two slots";
}

TEST(LedgerOfRealRuns, ExplainSaysWhatBoundsAStage) {
  RealCluster cluster(2);
  const std::string id = cluster.Submit(JobFile(cluster.dir(), "    spin: {duration: 5ms}\n    tasks: {count: 200}\n"));
  ASSERT_EQ(cluster.Mote({"wait", id}).exit_code, 0);
  EXPECT_THAT(cluster.Mote({"explain", id}).out, HasSubstr("on 2 slots, bound by compute"));
  const Json use = Json::parse(cluster.Mote({"explain", id, "-o", "json"}).out).at("time").at(0);
  EXPECT_GT(use.at("shares").at("compute").get<double>(), 0.5);
}

TEST(LedgerOfRealRuns, AnOperationOfSeveralJobsIsOneRow) {
  RealCluster cluster(1);
  std::vector<std::string> ids;
  for (const char* count : {"30", "40"}) {
    ids.push_back(cluster.Submit(
        JobFile(cluster.dir(), absl::StrCat("    sleep: {duration: 1ms}\n    tasks: {count: ", count, "}\n"))));
    ASSERT_EQ(cluster.Mote({"wait", ids.back()}).exit_code, 0);
  }
  const Outcome named = cluster.Mote({"cost", "--by", "operation", ids[0], ids[1], "-o", "json"});
  EXPECT_THAT(named.err, IsEmpty());
  const Json row = Json::parse(named.out).at(0);
  EXPECT_EQ(row.at("operation"), "sleep");
  EXPECT_EQ(row.at("jobs"), 2);
  EXPECT_EQ(row.at("tasks"), 70);
  EXPECT_GE(row.at("task_ns_p50"), 900'000);
  const Outcome all = cluster.Mote({"cost", "--by", "operation", "-o", "json"});
  EXPECT_EQ(Json::parse(all.out).at(0).at("tasks"), 70);
  EXPECT_THAT(all.err, HasSubstr("2 jobs were read"));
  const Outcome unknown = cluster.Mote({"cost", "--by", "operation", ids[0], "999999"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("no job 999999"));
}

TEST(LedgerOfRealRuns, MistakesOfUsageAreNamed) {
  RealCluster cluster(1);
  const std::string id = cluster.Submit(JobFile(cluster.dir(), "    noop: {}\n    tasks: {count: 3}\n"));
  cluster.Mote({"wait", id});
  EXPECT_THAT(cluster.Mote({"cost", id, "--tasks"}).out, HasSubstr("COMPUTE"));
  EXPECT_THAT(cluster.Mote({"cost", id, "--tasks", "-o", "yaml"}).err, HasSubstr("-o table, csv or json"));
  EXPECT_THAT(cluster.Mote({"cost", id, id, "--tasks"}).err, HasSubstr("--tasks shows one job"));
  EXPECT_THAT(cluster.Mote({"cost"}).err, HasSubstr("0 jobs are named"));
  EXPECT_THAT(cluster.Mote({"cost", id, id, "--by", "operation"}).err, HasSubstr("is named twice"));
  EXPECT_THAT(cluster.Mote({"cost", "--by", "pass"}).err, HasSubstr("--by pass is of one job"));
  EXPECT_EQ(cluster.Mote({"cost", "--by", "color"}).exit_code, 2);
  EXPECT_EQ(cluster.Mote({"trace", "999999"}).exit_code, 2);
  EXPECT_EQ(cluster.Mote({"cost", "999999", "--tasks"}).exit_code, 2);
}

}  // namespace
}  // namespace mote::testing
