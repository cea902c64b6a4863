// Child processes, state directories, settings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "client/embedded/child_process.h"
#include "client/embedded/cluster.h"
#include "client/embedded/state_dir.h"
#include "client/settings.h"

namespace mote::client {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::Duration kLong = absl::Seconds(60);

class Embedded : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = (fs::temp_directory_path() / "mote-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(dir_.data()), nullptr);
  }
  void TearDown() override { fs::remove_all(dir_); }

  ChildProcess Shell(const std::string& script, ChildProcess::Stdout to = ChildProcess::Stdout::kLog) {
    absl::StatusOr<ChildProcess> child = ChildProcess::Start({{"/bin/sh", "-c", script}, dir_ + "/log", to});
    EXPECT_TRUE(child.ok()) << child.status();
    return *std::move(child);
  }

  // A program of the cluster, as a shell script.
  void Program(const std::string& name, const std::string& script) {
    const std::string path = dir_ + "/" + name;
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(path, fs::perms::owner_all);
  }

  ClusterOptions Options(const std::string& state_dir) {
    ClusterOptions options;
    options.program_dir = dir_;
    options.state_dir = state_dir;
    return options;
  }

  std::string dir_;
};

TEST_F(Embedded, AChildsEndAndLogAreKnown) {
  ChildProcess child = Shell("echo out; echo oops >&2; exit 3");
  ASSERT_TRUE(child.WaitFor(kLong));
  EXPECT_EQ(child.Ended(), "exit code 3");
  EXPECT_EQ(LogTail(child.log_path(), 10), "  | out\n  | oops\n");
  EXPECT_EQ(LogTail(child.log_path(), 1), "  | oops\n");
}

TEST_F(Embedded, ASignalIsNamed) {
  ChildProcess child = Shell("exec sleep 1000");
  EXPECT_EQ(child.Ended(), std::nullopt);
  child.Signal(SIGKILL);
  ASSERT_TRUE(child.WaitFor(kLong));
  EXPECT_THAT(child.Ended().value_or(""), HasSubstr("signal 9"));
}

TEST_F(Embedded, LinesOfAChildAreReadOneByOne) {
  ChildProcess child = Shell("echo listening on 127.0.0.1:5; echo more", ChildProcess::Stdout::kPipe);
  EXPECT_EQ(*child.ReadLine(kLong), "listening on 127.0.0.1:5");
  EXPECT_EQ(*child.ReadLine(kLong), "more");
  EXPECT_EQ(child.ReadLine(kLong).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(Embedded, ASilentChildMissesTheDeadline) {
  ChildProcess child = Shell("exec sleep 1000", ChildProcess::Stdout::kPipe);
  EXPECT_EQ(child.ReadLine(absl::Milliseconds(1)).status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(Embedded, AProgramThatIsNotThereIsNamed) {
  const absl::Status status = ChildProcess::Start({{"/nonexistent/mote-worker"}, dir_ + "/log"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nonexistent/mote-worker"));
}

TEST_F(Embedded, ATemporaryStateDirectoryIsRemovedUnlessKept) {
  std::string path;
  {
    const absl::StatusOr<StateDir> state_dir = StateDir::Open("");
    ASSERT_TRUE(state_dir.ok()) << state_dir.status();
    path = state_dir->path();
    EXPECT_TRUE(fs::is_directory(path + "/logs"));
  }
  EXPECT_FALSE(fs::exists(path));
  {
    absl::StatusOr<StateDir> state_dir = StateDir::Open("");
    path = state_dir->path();
    state_dir->Keep();
  }
  EXPECT_TRUE(fs::exists(path));
  fs::remove_all(path);
  { EXPECT_FALSE(StateDir::Open(dir_ + "/given")->is_temporary()); }
  EXPECT_TRUE(fs::exists(dir_ + "/given"));
}

TEST_F(Embedded, AClusterWhoseCoordinatorEndsAtOnceShowsItsLog) {
  Program("mote-coordinator", "echo 'the state directory is held by another' >&2; exit 1");
  Program("mote-worker", "exec sleep 1000");
  const absl::StatusOr<StateDir> state_dir = StateDir::Open(dir_ + "/state");
  const auto cluster = EmbeddedCluster::Start(Options(state_dir->path()), [](const std::string&) {});
  EXPECT_EQ(cluster.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(cluster.status().message()),
              AllOf(HasSubstr("exit code 1"), HasSubstr("| the state directory is held by another")));
}

TEST_F(Embedded, AMemberThatDiesIsStartedAgainAndTheCoordinatorKeepsItsPort) {
  // The first coordinator ends when the file `die` appears; each notes its arguments.
  Program("mote-coordinator", "echo \"$2\" >> " + dir_ +
                                  "/addresses; echo listening on 127.0.0.1:4242\n"
                                  "if [ -e " +
                                  dir_ +
                                  "/died ]; then exec sleep 1000; fi\n"
                                  "while [ ! -e " +
                                  dir_ + "/die ]; do sleep 0.01; done; touch " + dir_ + "/died; exit 7");
  Program("mote-worker", "exec sleep 1000");
  const absl::StatusOr<StateDir> state_dir = StateDir::Open(dir_ + "/state");
  std::mutex mutex;
  std::condition_variable changed;
  std::string notice;
  const auto cluster = EmbeddedCluster::Start(Options(state_dir->path()), [&](const std::string& line) {
    const std::lock_guard lock(mutex);
    notice = line;
    changed.notify_all();
  });
  ASSERT_TRUE(cluster.ok()) << cluster.status();
  EXPECT_EQ((*cluster)->address(), "127.0.0.1:4242");
  std::ofstream(dir_ + "/die") << "";
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, absl::ToChronoSeconds(kLong), [&] { return !notice.empty(); }));
    EXPECT_EQ(notice, "coordinator ended (exit code 7); starting it again");
  }
  const absl::Time deadline = absl::Now() + kLong;
  std::string addresses;
  while (addresses.find("4242") == std::string::npos && absl::Now() < deadline) {
    std::ifstream file(dir_ + "/addresses");
    addresses.assign(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_EQ(addresses, "127.0.0.1:0\n127.0.0.1:4242\n");
}

TEST_F(Embedded, WhatKeepsDyingIsGivenUp) {
  Program("mote-coordinator", "echo listening on 127.0.0.1:4242; exec sleep 1000");
  Program("mote-worker", "while [ ! -e " + dir_ + "/die ]; do sleep 0.01; done; echo 'no store' >&2; exit 9");
  const absl::StatusOr<StateDir> state_dir = StateDir::Open(dir_ + "/state");
  const auto cluster = EmbeddedCluster::Start(Options(state_dir->path()), [](const std::string&) {});
  ASSERT_TRUE(cluster.ok()) << cluster.status();
  std::mutex mutex;
  std::condition_variable changed;
  absl::Status gave_up;
  (*cluster)->OnGivingUp([&](const absl::Status& status) {
    const std::lock_guard lock(mutex);
    gave_up = status;
    changed.notify_all();
  });
  std::ofstream(dir_ + "/die") << "";
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, absl::ToChronoSeconds(kLong), [&] { return !gave_up.ok(); }));
  EXPECT_THAT(std::string(gave_up.message()), AllOf(HasSubstr("worker-1 ended 5 times"), HasSubstr("| no store")));
}

TEST_F(Embedded, TheFlagWinsOverTheEnvironmentOverTheProjectFile) {
  unsetenv("MOTE_COORDINATOR");
  EXPECT_EQ(FindCoordinator("", dir_)->address, kDefaultCoordinator);
  std::ofstream(dir_ + "/mote.yaml") << "coordinator: project:1\n";
  EXPECT_EQ(FindCoordinator("", dir_)->address, "project:1");
  setenv("MOTE_COORDINATOR", "environment:1", 1);
  EXPECT_EQ(FindCoordinator("", dir_)->address, "environment:1");
  EXPECT_EQ(FindCoordinator("flag:1", dir_)->address, "flag:1");
  unsetenv("MOTE_COORDINATOR");
  std::ofstream(dir_ + "/mote.yaml") << "cordinator: project:1\n";
  EXPECT_THAT(std::string(FindCoordinator("", dir_).status().message()),
              HasSubstr("mote.yaml:1:1: unknown field 'cordinator' in the project file; did you mean 'coordinator'?"));
}

}  // namespace
}  // namespace mote::client
