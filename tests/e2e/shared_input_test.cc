// Inputs that stay where they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

std::string Rows(int rows) {
  std::string text = "x,y\n";
  for (int i = 0; i < rows; ++i) absl::StrAppend(&text, i % 97, ",", i % 2 == 0 ? "p" : "q", "\n");
  return text;
}

// Sleeps between looking at the file and reading it, as far as `before` says.
std::string JobFile(const std::string& dir, const std::string& name, const std::string& source,
                    const std::string& before = "") {
  const std::string path = absl::StrCat(dir, "/", name, ".yaml");
  WriteFile(path, absl::StrCat("name: shared\ninputs:\n  rows: {csv: {", source, "}}\nstages:\n", before,
                               "  - name: clean\n    input: rows\n    prepare: {label: y}\n    tasks: {rows: 100}\n",
                               before.empty() ? "" : "    after: [wait]\n",
                               "outputs:\n  all: {from: clean.all}\n  fitted: {from: clean.fitted}\n"));
  return path;
}

TEST(SharedInput, HasTheResultOfACopyAndIsReadAnewWhenItChanged) {
  const std::string dir = MakeTempDir();
  WriteFile(dir + "/rows.csv", Rows(2000));
  RealCluster readers(2, {"--shared-dir", dir});
  const std::string shared = absl::StrCat("shared: ", dir, "/rows.csv");
  const std::string copied = readers.Digest(readers.Submit(JobFile(dir, "copied", "path: rows.csv")));
  EXPECT_EQ(readers.Digest(readers.Submit(JobFile(dir, "shared", shared))), copied);
  WriteFile(dir + "/rows.csv", Rows(3000));
  const std::string grown = readers.Digest(readers.Submit(JobFile(dir, "grown", shared)));
  EXPECT_EQ(grown, readers.Digest(readers.Submit(JobFile(dir, "copied-again", "path: rows.csv"))));
  EXPECT_NE(grown, copied);
}

TEST(SharedInput, AFileThatChangesDuringTheJobFailsItAndIsNamed) {
  const std::string dir = MakeTempDir();
  WriteFile(dir + "/rows.csv", Rows(500));
  RealCluster cluster(1, {"--shared-dir", dir});
  const std::string id = cluster.Submit(JobFile(dir, "changed", absl::StrCat("shared: ", dir, "/rows.csv"),
                                                "  - name: wait\n    sleep: {duration: 1s}\n    after: [rows]\n"));
  cluster.WaitForTasks(id, 2);  // pinned and indexed
  WriteFile(dir + "/rows.csv", Rows(501));
  EXPECT_EQ(cluster.Digest(id), "");
  EXPECT_THAT(cluster.Mote({"explain", id}).out, HasSubstr("rows.csv\" changed while the job ran"));
}

TEST(SharedInput, WorkersReadNothingThatTheyWereNotTold) {
  const std::string dir = MakeTempDir();
  WriteFile(dir + "/rows.csv", Rows(10));
  const Outcome outcome =
      testing::Run({Program("mote"), "run", JobFile(dir, "refused", absl::StrCat("shared: ", dir, "/rows.csv")),
                    "--workers", "1", "--output", dir + "/o"},
                   dir);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.err, HasSubstr("--shared-dir"));
}

}  // namespace
}  // namespace mote::testing
