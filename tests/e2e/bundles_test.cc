// What one job publishes, later jobs use: with real processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Loans whose outcome follows from their amount and job; amounts begin at `from`.
std::string Loans(int rows, int from, bool with_label) {
  std::string text = absl::StrCat("amount,job", with_label ? ",class" : "", "\n");
  for (int i = 0; i < rows; ++i) {
    const int amount = from + (i * 37) % 100, job = (i * 7) % 3;
    absl::StrAppend(&text, i % 13 == 0 ? "" : absl::StrCat(amount), ",job", job);
    if (with_label) absl::StrAppend(&text, amount + 40 * job > 90 ? ",bad" : ",good");
    text += '\n';
  }
  return text;
}

std::string WriteJob(const RealCluster& cluster, const std::string& name, const std::string& stages) {
  const std::string path = absl::StrCat(cluster.dir(), "/", name, ".yaml");
  WriteFile(path, absl::StrCat("name: ", name, "\ninputs:\n  rows: {csv: {path: ", name, ".csv}}\nstages:\n", stages));
  return path;
}

constexpr char kTraining[] =
    "  - name: clean\n    input: rows\n    prepare: {label: class, positive: bad}\n"
    "  - name: grow\n    input: clean.all\n    forest: {trees: 10}\n"
    "  - name: keep\n    publish: {name: credit/model, model: grow.model, fitted: clean.fitted, "
    "quality: {max_drift: 0.5}}\n";

// A job's reports and the outputs that are none, as files: for whoever reads the one page.
TEST(IndexPage, HasAllReportsOfTheJobWithTheirPicturesAndNamesTheRest) {
  RealCluster cluster(1);
  WriteFile(cluster.dir() + "/page.csv", Loans(200, 0, true));
  const std::string out = cluster.dir() + "/out";
  const Outcome outcome =
      cluster.Mote({"submit",
                    WriteJob(cluster, "page",
                             "  - name: clean\n    input: rows\n    prepare: {label: class, positive: bad}\n"
                             "  - name: grow\n    input: clean.all\n    forest: {trees: 5}\n"
                             "  - name: score\n    input: clean.all\n    infer: {model: grow.model}\n"
                             "    reduce: {classification_report: {label: class, costs: {false_negative: 4}}}\n"
                             "outputs:\n  report: {from: score}\n  quality: {from: clean.quality}\n"
                             "  model: {from: grow.model}\n"),
                    "--output", out});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("index.html"));
  const std::string page = ReadFile(out + "/index.html");
  EXPECT_THAT(page,
              AllOf(HasSubstr("<h1>page</h1>"), HasSubstr("<h2>report</h2>"), HasSubstr("<h2>quality</h2>"),
                    HasSubstr("from 0.2000 on, the ratio of the costs"), HasSubstr("<svg"), HasSubstr("model: ")));
}

class BundlesE2e : public ::testing::Test {
 protected:
  BundlesE2e() : cluster_(2) {
    WriteFile(cluster_.dir() + "/train.csv", Loans(300, 0, true));
    const Outcome trained = cluster_.Mote({"submit", WriteJob(cluster_, "train", kTraining)});
    EXPECT_EQ(trained.exit_code, 0) << trained.err;
    EXPECT_THAT(trained.err, HasSubstr("published as credit/model:1"));
  }
  RealCluster cluster_;
};

TEST_F(BundlesE2e, RowsArePreparedAsTheModelsWereAlsoAfterTheCoordinatorWasKilled) {
  cluster_.KillCoordinator();
  cluster_.StartCoordinator();
  cluster_.WaitForWorkers(2);
  EXPECT_THAT(cluster_.Mote({"bundles"}).out, AllOf(HasSubstr("credit/model:1"), HasSubstr("model (trees)")));
  EXPECT_THAT(cluster_.Mote({"bundles", "credit/modle"}).err, HasSubstr("did you mean \"credit/model\"?"));

  WriteFile(cluster_.dir() + "/score.csv", Loans(200, 0, false));
  const std::string outputs = "outputs:\n  scores: {from: score}\n";
  const std::string by_bundle =
      WriteJob(cluster_, "score", "  - name: score\n    input: rows\n    infer: {model: credit/model}\n" + outputs);
  const std::string digest = cluster_.Digest(cluster_.Submit(by_bundle));
  const std::string by_hand = WriteJob(cluster_, "score",
                                       "  - name: clean\n    input: rows\n    apply: {fitted: credit/model:1}\n"
                                       "  - name: score\n    input: clean\n    infer: {model: credit/model:1.model}\n" +
                                           outputs);
  EXPECT_EQ(cluster_.Digest(cluster_.Submit(by_hand)), digest);
  EXPECT_FALSE(digest.empty());
}

TEST_F(BundlesE2e, RowsOfAnotherKindAreRefusedByTheBundlesLimits) {
  WriteFile(cluster_.dir() + "/drifted.csv", Loans(200, 1000, false));
  const Outcome drifted = cluster_.Mote({"submit", WriteJob(cluster_, "drifted",
                                                            "  - name: score\n    input: rows\n"
                                                            "    infer: {model: credit/model:1}\n"
                                                            "outputs:\n  quality: {from: score.quality}\n")});
  EXPECT_NE(drifted.exit_code, 0);
  EXPECT_THAT(drifted.err, AllOf(HasSubstr("amount"), HasSubstr("max_drift")));
  WriteFile(cluster_.dir() + "/other.csv", "amount\n1\n");
  const Outcome lacking = cluster_.Mote({"submit", WriteJob(cluster_, "other",
                                                            "  - name: score\n    input: rows\n"
                                                            "    infer: {model: credit/model:1}\n"
                                                            "outputs:\n  scores: {from: score}\n")});
  EXPECT_NE(lacking.exit_code, 0);
  EXPECT_THAT(lacking.err, HasSubstr("job"));
}

TEST_F(BundlesE2e, PartsThatDoNotBelongTogetherAreNotPublished) {
  WriteFile(cluster_.dir() + "/train2.csv", Loans(300, 0, true));
  const Outcome outcome = cluster_.Mote(
      {"submit", WriteJob(cluster_, "train2",
                          "  - name: clean\n    input: rows\n    prepare: {label: class, drop_columns: [job]}\n"
                          "  - name: keep\n    publish: {name: credit/model, model: credit/model:1.model, "
                          "fitted: clean.fitted}\n")});
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("does not belong to `fitted`"), HasSubstr("which the input lacks")));
  EXPECT_THAT(cluster_.Mote({"bundles", "-o", "name"}).out, HasSubstr("credit/model:1\n"));
}

}  // namespace
}  // namespace mote::testing
