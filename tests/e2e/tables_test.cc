// Operations on raw tables, one after another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
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
  RealCluster cluster(3);
  EXPECT_EQ(cluster.Digest(cluster.Submit(OrdersJob(cluster.dir()))), expected);
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
