// Operations on raw tables, one after another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/testing/chaos_jobs.h"
#include "tests/testing/job_facts.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

// Orders, some twice, of products of which some are unknown; then splits of both kinds.
std::string OrdersJob(const std::string& dir, const std::string& on = "{product: id}") {
  std::string orders = "day,product,amount,kept\n", products = "id,price\n";
  for (int i = 0; i < 4000; ++i) {
    const int order = i % 3 == 0 ? i / 2 : i;
    absl::StrAppend(&orders, "2026-0", 1 + order * 7 % 9, "-", 10 + order % 19, ",p", order % 60, ",", order * 37 % 101,
                    ",", order % 9 == 0 ? "no" : "yes", "\n");
  }
  for (int i = 0; i < 50; ++i) absl::StrAppend(&products, "p", i, ",", i * 3, "\n");
  WriteFile(dir + "/orders.csv", orders);
  WriteFile(dir + "/products.csv", products);
  const std::string path = dir + "/orders.yaml";
  WriteFile(path,
            absl::StrCat("name: orders\ninputs:\n  orders: {csv: {path: orders.csv}}\n"
                         "  products: {csv: {path: products.csv}}\nstages:\n"
                         "  - {name: once, input: orders, distinct: {}, tasks: {rows: 60}}\n"
                         "  - {name: priced, input: once, join: {with: products, on: ",
                         on,
                         ", how: left}, tasks: {rows: 70}}\n"
                         "  - {name: fair, input: priced, tasks: {rows: 80}, prepare: {label: kept, split: {train: "
                         "0.7, test: 0.3, stratify: kept}}}\n"
                         "  - {name: later, input: priced, tasks: {rows: 90}, prepare: {label: kept, split: {train: "
                         "0.7, test: 0.3, order: day}}}\n"
                         "outputs:\n  dropped: {from: once.dropped}\n  priced: {from: priced}\n"
                         "  train: {from: fair.train}\n  test: {from: fair.test}\n"
                         "  early: {from: later.train}\n  late: {from: later.test}\n"));
  return path;
}

TEST(Tables, AreDistinctJoinedAndSplitAlikeOnAnyWorkers) {
  const std::string expected = RealCluster::UndisturbedDigest([](const std::string& dir) { return OrdersJob(dir); });
  EXPECT_NE(expected, "");
  for (const int workers : {2, 4}) {
    RealCluster cluster(workers);
    EXPECT_EQ(cluster.Digest(cluster.Submit(OrdersJob(cluster.dir()))), expected) << workers << " workers";
  }
}

// Waits until tasks of the stage are committed; false: the job ended first.
bool HasBegun(RealCluster& cluster, const std::string& id, const std::string& stage) {
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (absl::Now() < deadline) {
    const auto facts = ParseJobFacts(cluster.Mote({"job", id, "-o", "json"}).out);
    if (!facts.ok()) continue;
    if (facts->state != "JOB_STATE_PENDING" && facts->state != "JOB_STATE_RUNNING") return false;
    const auto found = facts->stages.find(stage);
    if (found != facts->stages.end() && found->second.committed > 0) return true;
  }
  return false;
}

TEST(Tables, HaveTheSameBitsAlthoughEachProcessIsKilledMeanwhile) {
  const auto job = [](const std::string& dir) { return WriteTablesJob(dir, 4000); };
  const std::string expected = RealCluster::UndisturbedDigest(job);
  RealCluster cluster(2);
  const std::string id = cluster.Submit(job(cluster.dir()));
  const auto kill_engines = [&] {
    for (int i = 0; i < cluster.workers(); ++i) {
      for (const pid_t engine : ChildrenOf(cluster.worker(i).pid(), "mote-engine")) kill(engine, SIGKILL);
    }
  };
  const auto kill_coordinator = [&] {
    cluster.KillCoordinator();
    cluster.StartCoordinator();
  };
  const std::pair<std::string, std::function<void()>> acts[] = {{"once", kill_engines},
                                                                {"once", [&] { cluster.RestartWorker(1); }},
                                                                {"priced", kill_coordinator},
                                                                {"clean", kill_engines},
                                                                {"clean", kill_coordinator}};
  for (const auto& [stage, act] : acts) {
    ASSERT_TRUE(HasBegun(cluster, id, stage)) << "the job ended before stage " << stage << " was disturbed";
    act();
  }
  EXPECT_EQ(cluster.Digest(id), expected);
  EXPECT_NE(expected, "");
}

TEST(Tables, AKeyThatIsNotThereFailsTheJobAndIsNamed) {
  RealCluster cluster(1);
  const Outcome outcome = cluster.Mote({"submit", OrdersJob(cluster.dir(), "{produkt: id}")});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("on: the input has no column \"produkt\"; did you mean \"product\"?"));
}

}  // namespace
}  // namespace mote::testing
