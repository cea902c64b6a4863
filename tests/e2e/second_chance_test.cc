// Reuse, retry and explain with real processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "tests/testing/real_cluster.h"

namespace mote::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// A program that answers each record and writes down which it was asked for; where the
// file `broken` names a record, it does not.
std::string PickyJob(const std::string& dir, const std::string& policy) {
  WriteFile(dir + "/picky.py",
            "import json, os, sys\n"
            "for line in sys.stdin:\n"
            "    row = json.loads(line)\n"
            "    open('" +
                dir +
                "/asked', 'a').write(str(row['n']) + '\\n')\n"
                "    broken = open('" +
                dir +
                "/broken').read().split()\n"
                "    if str(row['n']) in broken:\n"
                "        print('cannot do record', row['n'], file=sys.stderr, flush=True)\n"
                "        sys.exit(3)\n"
                "    print(json.dumps({'n': row['n'], 'twice': 2 * int(row['n'])}), flush=True)\n");
  std::string rows = "n\n";
  for (int i = 0; i < 40; ++i) rows += std::to_string(i) + "\n";
  WriteFile(dir + "/rows.csv", rows);
  WriteFile(dir + "/asked", "");
  const std::string path = dir + "/picky.yaml";
  WriteFile(path,
            "name: picky\ninputs:\n  rows: {csv: {path: rows.csv}}\nstages:\n  - name: ask\n    input: rows\n"
            "    command: {run: [python3, picky.py], files: [picky.py], protocol: jsonl}\n    tasks: {rows: 1}\n" +
                policy + "outputs:\n  answers: {from: ask}\n");
  return path;
}

// Each record once: where an engine is slow to start, a second copy of a block may ask again.
std::set<int> AskedFor(const std::string& dir) {
  std::istringstream asked(ReadFile(dir + "/asked"));
  WriteFile(dir + "/asked", "");
  return {std::istream_iterator<int>(asked), {}};
}

TEST(SecondChance, QuarantinedRecordsAloneRunAgainAndTheResultIsThatOfAnUndisturbedRun) {
  RealCluster cluster(2);
  const std::string file = PickyJob(cluster.dir(), "    on_bad_task: quarantine\n    retry: {attempts: 1}\n");
  WriteFile(cluster.dir() + "/broken", "7 23");
  const std::string id = cluster.Submit(file);
  EXPECT_EQ(cluster.Mote({"wait", id}).exit_code, 5);
  const std::string story = cluster.Mote({"explain", id}).out;
  EXPECT_THAT(story, AllOf(HasSubstr("finished without 2 tasks"), HasSubstr("cannot do record 7")));
  EXPECT_THAT(cluster.Mote({"explain", id, "ask", "23"}).out, HasSubstr("task 23 of ask: absent, for good"));
  const std::string log = cluster.Mote({"logs", "--follow", id}).out;
  EXPECT_THAT(log, AllOf(HasSubstr("/0 | cannot do record 7\n"), HasSubstr("/0 | cannot do record 23\n")));
  const std::string worker = log.substr(9, log.find('/') - 9);  // after "14:03:07 "
  EXPECT_THAT(cluster.Mote({"logs", worker, "-o", "json"}).out, HasSubstr("\"text\":\"cannot do record"));
  EXPECT_THAT(cluster.Mote({"logs", "nobody"}).err, HasSubstr("no worker \"nobody\""));

  AskedFor(cluster.dir());
  WriteFile(cluster.dir() + "/broken", "");
  const Outcome retried = cluster.Mote({"retry", id});
  EXPECT_EQ(retried.exit_code, 0) << retried.err;
  EXPECT_THAT(AskedFor(cluster.dir()), ElementsAre(7, 23));
  const std::string digest = cluster.Digest(id);
  const Outcome undisturbed = cluster.Mote({"submit", file, "--no-reuse", "--digest"});
  EXPECT_EQ(undisturbed.exit_code, 0) << undisturbed.err;
  EXPECT_THAT(undisturbed.out, HasSubstr(digest));
  EXPECT_FALSE(digest.empty());
}

TEST(SecondChance, AFailedJobGoesOnWhereItFailedAlsoAfterTheCoordinatorWasKilled) {
  RealCluster cluster(1);
  const std::string file = PickyJob(cluster.dir(), "    retry: {attempts: 1}\n");
  WriteFile(cluster.dir() + "/broken", "31");
  const std::string id = cluster.Submit(file);
  EXPECT_EQ(cluster.Mote({"wait", id}).exit_code, 1);
  AskedFor(cluster.dir());
  cluster.KillCoordinator();
  cluster.StartCoordinator();
  WriteFile(cluster.dir() + "/broken", "");
  const Outcome retried = cluster.Mote({"retry", id});
  EXPECT_EQ(retried.exit_code, 0) << retried.err;
  const std::set<int> asked = AskedFor(cluster.dir());
  EXPECT_TRUE(asked.contains(31));
  EXPECT_LT(asked.size(), 20U) << "what was done stays done";
  EXPECT_EQ(cluster.Mote({"retry", id}).exit_code, 2) << "there is nothing left to retry";
}

TEST(SecondChance, TheSameJobAgainIsReusedAndSaysSo) {
  RealCluster cluster(1);
  WriteFile(cluster.dir() + "/german_credit.csv", ReadFile(SourcePath("examples/credit_risk/german_credit.csv")));
  const std::string file = cluster.dir() + "/clean.yaml";
  WriteFile(file,
            "name: clean\ninputs:\n  applicants: {csv: {path: german_credit.csv}}\nstages:\n  - name: clean\n"
            "    input: applicants\n    prepare: {label: class}\noutputs:\n  all: {from: clean.all}\n");
  const std::string first = cluster.Submit(file);
  const std::string digest = cluster.Digest(first);
  const std::string second = cluster.Submit(file);
  EXPECT_EQ(cluster.Digest(second), digest);
  EXPECT_FALSE(digest.empty());
  EXPECT_THAT(cluster.Mote({"job", second}).out, HasSubstr("reused from job " + first));
  EXPECT_THAT(cluster.Mote({"cost", second}).out, HasSubstr("clean reused from job " + first));
  const Outcome again = cluster.Mote({"submit", file, "--no-reuse", "-o", "json"});
  EXPECT_THAT(again.out, HasSubstr("\"reused_from\": 0"));
}

}  // namespace
}  // namespace mote::testing
