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

// `before`: a stage "wait" that comes between looking at the file and reading it.
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
  const std::string id =
      cluster.Submit(JobFile(dir, "changed", absl::StrCat("shared: ", dir, "/rows.csv"),
                             "  - name: wait\n    sleep: {duration: 100ms}\n    tasks: {count: 15}\n"));
  cluster.WaitForTasks(id, 5);  // long pinned and indexed
  WriteFile(dir + "/rows.csv", Rows(501));
  cluster.Mote({"wait", id});
  EXPECT_EQ(cluster.JobState(id), "JOB_STATE_FAILED");
  EXPECT_THAT(cluster.Mote({"explain", id}).out, HasSubstr("rows.csv\" changed while the job ran"));
}

TEST(SharedInput, RunHandsTheDirectoryOnToItsWorkers) {
  const std::string dir = MakeTempDir();
  WriteFile(dir + "/rows.csv", Rows(10));
  const std::string job = JobFile(dir, "run", absl::StrCat("shared: ", dir, "/rows.csv"));
  const Outcome outcome =
      testing::Run({Program("mote"), "run", job, "--workers", "1", "--shared-dir", dir, "--output", dir + "/o"}, dir);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

}  // namespace
}  // namespace mote::testing
