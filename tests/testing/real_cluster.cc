#include "tests/testing/real_cluster.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/json.h"

namespace mote::testing {
namespace {

constexpr absl::Duration kStart = absl::Seconds(30);
constexpr absl::Duration kPoll = absl::Milliseconds(20);

std::string Trimmed(std::string text) { return std::string(absl::StripAsciiWhitespace(text)); }

}  // namespace

std::string Program(const std::string& name) { return absl::StrCat(MOTE_BIN_DIR, "/", name); }
std::string SourcePath(const std::string& relative) { return absl::StrCat(MOTE_SOURCE_DIR, "/", relative); }

RealCluster::RealCluster(int workers, std::vector<std::string> worker_flags)
    : dir_(MakeTempDir()), address_("127.0.0.1:0"), worker_flags_(std::move(worker_flags)) {
  StartCoordinator();
  for (int i = 0; i < workers; ++i) StartWorker();
}

void RealCluster::StartCoordinator() {
  coordinator_.reset();
  coordinator_ = std::make_unique<Process>(
      std::vector<std::string>{Program("mote-coordinator"), "--listen", address_, "--state-dir", dir_ + "/state"}, dir_,
      absl::StrCat("coordinator", ++started_));
  ASSERT_TRUE(coordinator_->WaitForOutput("listening on ", kStart)) << coordinator_->Stderr();
  std::string line = coordinator_->Stdout();
  line = line.substr(line.find("listening on ") + 13);
  address_ = Trimmed(line.substr(0, line.find('\n')));
}

void RealCluster::StartWorker() {
  const int number = ++started_;
  std::vector<std::string> argv{Program("mote-worker"),
                                "--coordinator",
                                address_,
                                "--slots",
                                "1",
                                "--store-dir",
                                absl::StrCat(dir_, "/store", number)};
  argv.insert(argv.end(), worker_flags_.begin(), worker_flags_.end());
  workers_.push_back(std::make_unique<Process>(std::move(argv), dir_, absl::StrCat("worker", number)));
}

void RealCluster::KillWorker(int index) { workers_[index]->Kill(); }
void RealCluster::KillCoordinator() { coordinator_->Kill(); }

Outcome RealCluster::Mote(std::vector<std::string> arguments, absl::Duration limit) {
  arguments.insert(arguments.begin(), Program("mote"));
  arguments.insert(arguments.end(), {"--coordinator", address_});
  return Run(std::move(arguments), dir_, limit);
}

std::unique_ptr<Process> RealCluster::StartMote(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), Program("mote"));
  arguments.insert(arguments.end(), {"--coordinator", address_});
  return std::make_unique<Process>(std::move(arguments), dir_, absl::StrCat("mote", ++started_));
}

std::string RealCluster::Submit(const std::string& job_file) {
  const Outcome outcome = Mote({"submit", job_file, "--no-wait", "--parsable"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return Trimmed(outcome.out);
}

std::string RealCluster::JobState(const std::string& id) {
  const Outcome outcome = Mote({"job", id, "-o", "json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const absl::StatusOr<Json> job = ParseJson(outcome.out);
  EXPECT_TRUE(job.ok()) << outcome.out;
  return job.ok() ? job->value("state", "") : "";
}

int64_t RealCluster::TasksCommitted(const std::string& id) {
  const absl::StatusOr<Json> job = ParseJson(Mote({"job", id, "-o", "json"}).out);
  if (!job.ok()) return 0;
  int64_t committed = 0;
  for (const Json& stage : job->value("stages", Json::array())) {
    const Json count = stage.value("tasksCommitted", stage.value("tasks_committed", Json("0")));
    committed += count.is_string() ? std::stoll(count.get<std::string>()) : count.get<int64_t>();
  }
  return committed;
}

void RealCluster::WaitForTasks(const std::string& id, int64_t tasks) {
  const std::set<std::string> running{"JOB_STATE_PENDING", "JOB_STATE_RUNNING"};
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  while (TasksCommitted(id) < tasks && running.contains(JobState(id))) {
    ASSERT_LT(absl::Now(), deadline) << "the job does not move";
    absl::SleepFor(kPoll);
  }
}

std::string RealCluster::Digest(const std::string& id) {
  const Outcome waited = Mote({"wait", id});
  EXPECT_TRUE(waited.exit_code == 0 || waited.exit_code == 5) << waited.exit_code << ": " << waited.err;
  const Outcome outcome = Mote({"result", id, "--digest"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const size_t at = outcome.out.find("sha256:");
  EXPECT_NE(at, std::string::npos) << outcome.out;
  return at == std::string::npos ? "" : outcome.out.substr(at, 71);
}

}  // namespace mote::testing
