#include "client/embedded/cluster.h"

#include <unistd.h>

#include <climits>
#include <csignal>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

constexpr absl::Duration kListenTimeout = absl::Seconds(30);
constexpr absl::Duration kPollInterval = absl::Milliseconds(20);
// A member that ends sooner than this after its start counts as a quick end.
constexpr absl::Duration kQuickEnd = absl::Seconds(2);
constexpr int kQuickEndsMax = 5;
constexpr absl::Duration kRestartDelay = absl::Milliseconds(200);
constexpr int kLogLines = 10;
constexpr std::string_view kListening = "listening on ";

constexpr int kWorkerStartChecks = 5;

absl::Status WithLog(const std::string& what, const std::string& log_path) {
  const std::string tail = LogTail(log_path, kLogLines);
  return absl::UnavailableError(tail.empty() ? absl::StrCat(what, "; its log ", log_path, " is empty")
                                             : absl::StrCat(what, "; the last lines of ", log_path, ":\n", tail));
}

}  // namespace

std::string ProgramDir() {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  if (size <= 0) return ".";
  return std::filesystem::path(std::string(path, static_cast<size_t>(size))).parent_path().string();
}

EmbeddedCluster::EmbeddedCluster(ClusterOptions options, Notice notice)
    : options_(std::move(options)), notice_(std::move(notice)) {
  const std::string dir = options_.program_dir;
  Member coordinator;
  coordinator.name = "coordinator";
  coordinator.command = {dir + "/mote-coordinator",           "--listen",  "127.0.0.1:0",   "--state-dir",
                         options_.state_dir + "/coordinator", "--journal", options_.journal};
  members_.push_back(std::move(coordinator));
  for (int i = 1; i <= options_.workers; ++i) {
    Member worker;
    worker.name = absl::StrCat("worker-", i);
    worker.command = {dir + "/mote-worker",
                      "--name",
                      worker.name,
                      "--slots",
                      "1",
                      "--store-dir",
                      absl::StrCat(options_.state_dir, "/workers/", worker.name)};
    for (const std::string& shared : options_.shared_dirs) worker.command.push_back("--shared-dir=" + shared);
    if (options_.allow_commands) worker.command.push_back("--allow-commands");
    if (options_.allow_test_operations) worker.command.push_back("--allow-test-operations");
    members_.push_back(std::move(worker));
  }
}

absl::StatusOr<std::unique_ptr<EmbeddedCluster>> EmbeddedCluster::Start(ClusterOptions options, Notice notice) {
  std::unique_ptr<EmbeddedCluster> cluster(new EmbeddedCluster(std::move(options), std::move(notice)));
  cluster->thread_ = std::thread([raw = cluster.get()] { raw->Watch(); });
  std::unique_lock lock(cluster->mutex_);
  cluster->changed_.wait(lock, [&] { return cluster->started_.has_value(); });
  const absl::Status status = *cluster->started_;
  lock.unlock();
  MOTE_RETURN_IF_ERROR(status);
  return cluster;
}

EmbeddedCluster::~EmbeddedCluster() { Stop(absl::ZeroDuration()); }

void EmbeddedCluster::OnGivingUp(GaveUp gave_up) {
  std::unique_lock lock(mutex_);
  gave_up_ = std::move(gave_up);
  if (failure_ && gave_up_) gave_up_(*failure_);
}

void EmbeddedCluster::Stop(absl::Duration grace) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) grace_ = grace;
    grace_ = std::min(grace_, grace);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string EmbeddedCluster::LogPath(const std::string& name) const {
  return absl::StrCat(options_.state_dir, "/logs/", name, ".log");
}

absl::Status EmbeddedCluster::StartMember(Member* member) {
  const bool is_coordinator = member == &members_.front();
  ChildProcess::Spec spec;
  spec.command = member->command;
  if (!is_coordinator) spec.command.insert(spec.command.end(), {"--coordinator", address_});
  spec.log_path = LogPath(member->name);
  spec.stdout_to = is_coordinator ? ChildProcess::Stdout::kPipe : ChildProcess::Stdout::kLog;
  MOTE_ASSIGN_OR_RETURN(member->process, ChildProcess::Start(spec));
  member->started = absl::Now();
  member->restart_at = absl::InfiniteFuture();
  return absl::OkStatus();
}

absl::Status EmbeddedCluster::StartCoordinator() {
  Member& coordinator = members_.front();
  MOTE_RETURN_IF_ERROR(StartMember(&coordinator));
  const absl::StatusOr<std::string> line = coordinator.process->ReadLine(kListenTimeout);
  if (!line.ok()) {
    coordinator.process->WaitFor(absl::Seconds(1));
    const std::string how = coordinator.process->Ended().value_or(std::string(line.status().message()));
    return WithLog(absl::StrCat("the coordinator did not start (", how, ")"), coordinator.process->log_path());
  }
  if (!absl::StartsWith(*line, absl::string_view(kListening.data(), kListening.size()))) {
    return absl::UnavailableError(absl::StrCat("the coordinator printed '", *line,
                                               "' instead of 'listening on "
                                               "HOST:PORT'; are mote and mote-coordinator of one version?"));
  }
  address_ = line->substr(kListening.size());
  // A restart takes the same port: workers and this process know it.
  coordinator.command[2] = address_;
  return absl::OkStatus();
}

absl::Status EmbeddedCluster::StartAll() {
  MOTE_RETURN_IF_ERROR(StartCoordinator());
  for (size_t i = 1; i < members_.size(); ++i) MOTE_RETURN_IF_ERROR(StartMember(&members_[i]));
  // What is wrong with a worker's command line or store shows at once.
  for (int check = 0; check < kWorkerStartChecks; ++check) {
    absl::SleepFor(kPollInterval);
    for (size_t i = 1; i < members_.size(); ++i) {
      const std::optional<std::string> ended = members_[i].process->Ended();
      if (!ended) continue;
      return WithLog(absl::StrCat(members_[i].name, " ended at once (", *ended, ")"), LogPath(members_[i].name));
    }
  }
  return absl::OkStatus();
}

absl::Status EmbeddedCluster::HandleEnd(Member* member, const std::string& how) {
  const bool quick = absl::Now() - member->started < kQuickEnd;
  member->quick_ends = quick ? member->quick_ends + 1 : 1;
  member->process.reset();
  if (member->quick_ends >= kQuickEndsMax) {
    return WithLog(
        absl::StrCat(member->name, " ended ", member->quick_ends, " times right after its start (", how, ")"),
        LogPath(member->name));
  }
  notice_(absl::StrCat(member->name, " ended (", how, "); starting it again"));
  member->restart_at = absl::Now() + kRestartDelay * member->quick_ends;
  return absl::OkStatus();
}

void EmbeddedCluster::Watch() {
  const absl::Status started = StartAll();
  std::unique_lock lock(mutex_);
  started_ = started;
  changed_.notify_all();
  while (started.ok() && !stopping_) {
    lock.unlock();
    absl::Status status;
    for (Member& member : members_) {
      const bool is_coordinator = &member == &members_.front();
      const std::optional<std::string> ended = member.process ? member.process->Ended() : std::nullopt;
      if (ended) {
        status.Update(HandleEnd(&member, *ended));
      } else if (!member.process && absl::Now() >= member.restart_at) {
        const absl::Status again = is_coordinator ? StartCoordinator() : StartMember(&member);
        if (!again.ok()) status.Update(HandleEnd(&member, std::string(again.message())));
      }
    }
    lock.lock();
    if (!status.ok() && !failure_) {
      failure_ = status;
      if (gave_up_) gave_up_(status);
      break;
    }
    changed_.wait_for(lock, absl::ToChronoMilliseconds(kPollInterval), [&] { return stopping_; });
  }
  changed_.wait(lock, [&] { return stopping_ || !started.ok(); });
  lock.unlock();
  StopAll();
}

void EmbeddedCluster::EndMember(Member* member) {
  if (member->process) member->process->Signal(SIGTERM);
}

void EmbeddedCluster::AwaitMember(Member* member, absl::Time deadline) {
  if (member->process) member->process->WaitFor(deadline - absl::Now());
}

void EmbeddedCluster::StopAll() {
  absl::Duration grace;
  {
    const std::lock_guard lock(mutex_);
    grace = grace_;
  }
  // Workers first: they say goodbye to a coordinator that still listens.
  for (size_t i = 1; i < members_.size(); ++i) EndMember(&members_[i]);
  const absl::Time workers_deadline = absl::Now() + grace;
  for (size_t i = 1; i < members_.size(); ++i) AwaitMember(&members_[i], workers_deadline);
  EndMember(&members_.front());
  AwaitMember(&members_.front(), absl::Now() + grace);
  members_.clear();  // kills what did not end
}

}  // namespace mote::client
