#include "tests/testing/real_cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/json.h"

namespace mote::testing {
namespace {

constexpr absl::Duration kStart = absl::Seconds(30);
constexpr absl::Duration kClusterPoll = absl::Milliseconds(20);

std::string Trimmed(std::string text) { return std::string(absl::StripAsciiWhitespace(text)); }

}  // namespace

std::string Program(const std::string& name) { return absl::StrCat(MOTE_BIN_DIR, "/", name); }
std::string SourcePath(const std::string& relative) { return absl::StrCat(MOTE_SOURCE_DIR, "/", relative); }

RealCluster::RealCluster(ClusterOptions options)
    : options_(std::move(options)), dir_(MakeTempDir()), address_(options_.listen) {
  if (options_.state_dir.empty()) options_.state_dir = dir_ + "/state";
  StartCoordinator();
  for (int i = 0; i < options_.workers; ++i) StartWorker();
}

RealCluster::~RealCluster() {
  workers_.clear();
  coordinator_.reset();
  std::error_code ignored;
  if (!::testing::Test::HasFailure()) std::filesystem::remove_all(dir_, ignored);
}

std::unique_ptr<Process> RealCluster::MakeCoordinator() {
  std::vector<std::string> argv = options_.coordinator_prefix;
  argv.insert(argv.end(), {Program("mote-coordinator"), "--listen", address_, "--state-dir", options_.state_dir});
  argv.insert(argv.end(), options_.coordinator_flags.begin(), options_.coordinator_flags.end());
  return std::make_unique<Process>(std::move(argv), dir_, absl::StrCat("coordinator", ++started_));
}

void RealCluster::CutCoordinatorStart(absl::Duration after) {
  coordinator_.reset();
  coordinator_ = MakeCoordinator();
  absl::SleepFor(after);
  coordinator_->Kill();
}

void RealCluster::StartCoordinator() {
  coordinator_.reset();  // its port and directory are free then
  coordinator_ = MakeCoordinator();
  ASSERT_TRUE(coordinator_->WaitForOutput("listening on ", kStart)) << coordinator_->Stderr();
  std::string line = coordinator_->Stdout();
  line = line.substr(line.find("listening on ") + 13);
  address_ = Trimmed(line.substr(0, line.find('\n')));
}

std::unique_ptr<Process> RealCluster::MakeWorker(int index) {
  std::vector<std::string> argv;
  if (options_.worker_prefix) argv = options_.worker_prefix(index);
  const std::string store = options_.store_dir ? options_.store_dir(index) : absl::StrCat(dir_, "/store", index);
  argv.insert(argv.end(), {Program("mote-worker"), "--coordinator", address_, "--slots", absl::StrCat(options_.slots),
                           "--store-dir", store});
  argv.insert(argv.end(), options_.worker_flags.begin(), options_.worker_flags.end());
  if (options_.own_flags) {
    const std::vector<std::string> own = options_.own_flags(index);
    argv.insert(argv.end(), own.begin(), own.end());
  }
  return std::make_unique<Process>(std::move(argv), dir_, absl::StrCat("worker", index, "-", ++started_));
}

void RealCluster::StartWorker() { workers_.push_back(MakeWorker(workers())); }

void RealCluster::RestartWorker(int index) {
  workers_[index].reset();
  workers_[index] = MakeWorker(index);
}

void RealCluster::KillWorker(int index) { workers_[index]->Kill(); }
void RealCluster::KillCoordinator() { coordinator_->Kill(); }

std::vector<std::string> RealCluster::MoteCommand(std::vector<std::string> arguments) const {
  std::vector<std::string> argv = options_.coordinator_prefix;
  argv.push_back(Program("mote"));
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  argv.insert(argv.end(), {"--coordinator", address_});
  return argv;
}

Outcome RealCluster::Mote(std::vector<std::string> arguments, absl::Duration limit) {
  return Run(MoteCommand(std::move(arguments)), dir_, limit);
}

std::unique_ptr<Process> RealCluster::StartMote(std::vector<std::string> arguments) {
  return std::make_unique<Process>(MoteCommand(std::move(arguments)), dir_, absl::StrCat("mote", ++started_));
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
    absl::SleepFor(kClusterPoll);
  }
}

int RealCluster::ConnectedWorkers() {
  const absl::StatusOr<Json> workers = ParseJson(Mote({"workers", "-o", "json"}).out);
  if (!workers.ok() || !workers->is_array()) return 0;
  return static_cast<int>(std::count_if(workers->begin(), workers->end(),
                                        [](const Json& worker) { return worker.value("state", "") == "connected"; }));
}

void RealCluster::WaitForWorkers(int count) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (ConnectedWorkers() != count) {
    ASSERT_LT(absl::Now(), deadline) << "there never are " << count << " connected workers";
    absl::SleepFor(kClusterPoll);
  }
}

std::string RealCluster::UndisturbedDigest(const std::function<std::string(const std::string& dir)>& job_file) {
  RealCluster cluster(1);
  return cluster.Digest(cluster.Submit(job_file(cluster.dir())));
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
