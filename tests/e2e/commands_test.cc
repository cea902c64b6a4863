// What people do with a running cluster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::HasSubstr;

std::string JobFile(const std::string& dir, const std::string& name, const std::string& stage) {
  const std::string path = dir + "/" + name + ".yaml";
  WriteFile(path, "name: " + name + "\nstages:\n  - name: work\n" + stage + "outputs:\n  answer: {from: work}\n");
  return path;
}

TEST(Commands, TenMillionTasksAreAcceptedShownAndCancelled) {
  RealCluster cluster(2);
  const std::string file = JobFile(cluster.dir(), "long", "    sleep: {duration: 1ms}\n    tasks: {count: 10000000}\n");
  const absl::Time before = absl::Now();
  const std::string id = cluster.Submit(file);
  EXPECT_LT(absl::Now() - before, absl::Seconds(5)) << "accepted at once";
  cluster.WaitForTasks(id, 1);
  const Outcome jobs = cluster.Mote({"jobs"});
  EXPECT_THAT(jobs.out, HasSubstr("long"));
  EXPECT_EQ(cluster.JobState(id), "JOB_STATE_RUNNING");
  EXPECT_THAT(cluster.Mote({"result", id, "--digest"}).err, HasSubstr("mote wait")) << "nothing has no digest";
  EXPECT_EQ(cluster.Mote({"cancel", id}).exit_code, 0);
  EXPECT_EQ(cluster.JobState(id), "JOB_STATE_CANCELLED");
  EXPECT_EQ(cluster.Mote({"wait", id}).exit_code, 4);
  // The slots are free again.
  const std::string small = JobFile(cluster.dir(), "small", "    noop: {}\n    tasks: {count: 10}\n");
  EXPECT_EQ(cluster.Mote({"submit", small}).exit_code, 0);
}

TEST(Commands, MistakesOfUsageAreNamedAndEndWithTwo) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"jbos"}, "there is no command 'jbos'; did you mean \"jobs\"?"},
      {{"ev\x1b[31mil"}, "'ev\\x1B[31mil'"},
      {{"jobs", "-o", "xml"}, "'xml' is no format; write table|wide|json|yaml|name"},
      {{"jobs", "--coordinator", "localhost:99999"}, "a port of 1 to 65535"},
      {{"jobs", "--coordinator", "localhost:http"}, "a port of 1 to 65535"},
  };
  for (const auto& [arguments, named] : cases) {
    std::vector<std::string> command = {Program("mote")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const Outcome outcome = testing::Run(command, "/tmp");
    EXPECT_EQ(outcome.exit_code, 2) << named;
    EXPECT_THAT(outcome.err, HasSubstr(named));
  }
  EXPECT_THAT(testing::Run({Program("mote"), "--version"}, "/tmp").out, ::testing::StartsWith("mote 0."));
}

// Every long option of a program's help, but those that all have. Each begins a line: "-f,--follow  what it does".
std::set<std::string> FlagsIn(const std::string& help) {
  std::set<std::string> flags;
  std::istringstream lines(help);
  std::string line;
  while (std::getline(lines, line)) {
    const size_t begin = line.find_first_not_of(' ');
    const size_t flag = begin == std::string::npos || line[begin] != '-' ? begin : line.find("--", begin);
    if (flag == std::string::npos || line[flag] != '-' || flag > begin + 3) continue;
    flags.insert(line.substr(flag, line.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", flag) - flag));
  }
  for (const char* const common : {"--help", "--version", "--coordinator", "--format"}) flags.erase(common);
  return flags;
}

std::string HelpOf(std::vector<std::string> command) {
  command.push_back("--help");
  return testing::Run(command, "/tmp").out;
}

TEST(Commands, ThePagesNameEachCommandAndFlag) {
  const std::string page = ReadFile("docs/commands.md");
  const std::string help = HelpOf({Program("mote")});
  std::istringstream list(help.substr(help.find("Subcommands:")));
  std::string line;
  int commands = 0;
  while (std::getline(list, line)) {
    const std::string name = line.substr(0, line.find(' ', 2));
    if (!line.starts_with("  ") || line.starts_with("   ")) continue;
    const std::string command = name.substr(2);
    SCOPED_TRACE(command);
    ++commands;
    const size_t row = page.find("`mote " + command);
    ASSERT_NE(row, std::string::npos);
    const std::string described = page.substr(row, page.find('\n', row) - row);
    for (const std::string& flag : FlagsIn(HelpOf({Program("mote"), command}))) EXPECT_THAT(described, HasSubstr(flag));
  }
  EXPECT_GT(commands, 15);
  const std::string cluster = ReadFile("docs/cluster.md");
  for (const char* const program : {"mote-coordinator", "mote-worker"}) {
    for (const std::string& flag : FlagsIn(HelpOf({Program(program)}))) {
      EXPECT_THAT(cluster, HasSubstr("`" + flag)) << program;
    }
  }
}

TEST(Commands, ASecondCoordinatorOnTheSamePortLeavesNothingBehind) {
  RealCluster cluster(0);
  const std::string other = cluster.dir() + "/other";
  const Outcome outcome =
      testing::Run({Program("mote-coordinator"), "--listen", cluster.address(), "--state-dir", other}, cluster.dir());
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("cannot listen on " + cluster.address()));
  EXPECT_FALSE(std::filesystem::exists(other));
}

TEST(Commands, SubmitWaitsAndEndsWithTheJobsResult) {
  RealCluster cluster(1);
  const std::string good = JobFile(cluster.dir(), "good", "    echo: {bytes: 16}\n    tasks: {count: 1000}\n");
  EXPECT_EQ(cluster.Mote({"submit", good}).exit_code, 0);
  const std::string bad =
      JobFile(cluster.dir(), "bad", "    misbehave: {tasks: [3], how: error}\n    tasks: {count: 8}\n");
  const Outcome failed = cluster.Mote({"submit", bad});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.err, HasSubstr("task 3"));
  const std::string partly =
      JobFile(cluster.dir(), "partly",
              "    misbehave: {tasks: [3], how: crash}\n    tasks: {count: 8}\n    on_bad_task: quarantine\n");
  const Outcome quarantined = cluster.Mote({"submit", partly});
  EXPECT_EQ(quarantined.exit_code, 5) << quarantined.err;
}

TEST(Commands, SumsOfFloatingPointNumbersHaveTheSameBitsForAnyWorkers) {
  std::string digest;
  for (const int workers : {1, 2, 3}) {
    RealCluster cluster(workers);
    const std::string file = JobFile(
        cluster.dir(), "sums", "    random_sum: {values: 1000, seed: 1}\n    tasks: {count: 5000}\n    reduce: sum\n");
    const std::string got = cluster.Digest(cluster.Submit(file));
    if (digest.empty()) digest = got;
    EXPECT_EQ(got, digest) << workers << " workers";
  }
  EXPECT_THAT(digest, HasSubstr("sha256:"));
}

TEST(Commands, SumsOfLargeVectorsAreFoldedByEnginesToTheSameBits) {
  std::string digest;
  for (const int workers : {1, 2}) {
    RealCluster cluster(workers);
    // A partial has 400 KB: too large for a report.
    const std::string file = JobFile(
        cluster.dir(), "large", "    random_sum: {values: 50000, seed: 1}\n    tasks: {count: 50}\n    reduce: sum\n");
    const std::string got = cluster.Digest(cluster.Submit(file));
    if (digest.empty()) digest = got;
    EXPECT_EQ(got, digest) << workers << " workers";
  }
  EXPECT_THAT(digest, HasSubstr("sha256:"));
}

TEST(Commands, CostWorkersOperationsAndExplainAnswer) {
  RealCluster cluster(1);
  const std::string file = JobFile(cluster.dir(), "spin", "    spin: {duration: 1ms}\n    tasks: {count: 100}\n");
  const std::string id = cluster.Submit(file);
  EXPECT_EQ(cluster.Mote({"wait", id}).exit_code, 0);
  EXPECT_THAT(cluster.Mote({"cost", id}).out, HasSubstr("work"));
  EXPECT_EQ(cluster.Mote({"workers"}).exit_code, 0);
  EXPECT_THAT(cluster.Mote({"operations"}).out, HasSubstr("random_sum"));
  EXPECT_EQ(cluster.Mote({"explain", id}).exit_code, 0);
  EXPECT_EQ(cluster.Mote({"validate", file}).exit_code, 0);
  EXPECT_EQ(cluster.Mote({"job", "999999"}).exit_code, 2);
}

}  // namespace
}  // namespace mote::testing
