#include "worker/supervisor/store_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/worker/temporary_directory.h"

namespace mote::worker {
namespace {

namespace fs = std::filesystem;

TEST(StoreDirectory, TwoWorkersShareBlobsButNoScratch) {
  const TemporaryDirectory directory;
  const auto one = *StoreDirectory::Open(directory.path());
  const auto two = *StoreDirectory::Open(directory.path());
  EXPECT_EQ(one->blobs(), two->blobs());
  EXPECT_NE(*one->EmptyScratch(0), *two->EmptyScratch(0));
}

TEST(StoreDirectory, ScratchIsEmptiedForEveryEngineAndRemovedAtTheEnd) {
  const TemporaryDirectory directory;
  auto store = *StoreDirectory::Open(directory.path());
  const std::string scratch = *store->EmptyScratch(0);
  std::ofstream(scratch + "/left_by_an_engine") << "x";
  EXPECT_EQ(*store->EmptyScratch(0), scratch);
  EXPECT_TRUE(fs::is_empty(scratch));
  store.reset();
  EXPECT_FALSE(fs::exists(scratch));
}

TEST(StoreDirectory, NumberOfAWorkerThatEndedIsUsedAgain) {
  const TemporaryDirectory directory;
  auto store = *StoreDirectory::Open(directory.path());
  const std::string scratch = *store->EmptyScratch(0);
  store.reset();
  EXPECT_EQ(*(*StoreDirectory::Open(directory.path()))->EmptyScratch(0), scratch);
}

// A supervisor that is killed cannot end what its engines' programs put into sessions of
// their own; the next one with its number does.
TEST(StoreDirectory, ProgramsThatAKilledWorkerLeftAreEnded) {
  const TemporaryDirectory directory;
  std::string scratch, other;
  {
    const auto one = *StoreDirectory::Open(directory.path()), two = *StoreDirectory::Open(directory.path());
    scratch = *one->EmptyScratch(0);
    other = *two->EmptyScratch(0);
  }
  const auto sleeper = [](const std::string& in) {
    const pid_t pid = fork();
    if (pid == 0) {
      setsid();
      const std::string variable = std::string(StoreDirectory::kScratchVariable) + "=" + in;
      const char* const arguments[] = {"sleep", "1000", nullptr};
      const char* const environment[] = {"PATH=/usr/bin:/bin", variable.c_str(), nullptr};
      execve("/bin/sleep", const_cast<char**>(arguments), const_cast<char**>(environment));
      _exit(127);
    }
    // Not before it is the other program can its mark be seen.
    const std::string environ_path = "/proc/" + std::to_string(pid) + "/environ";
    for (std::string text; text.find(in) == std::string::npos;) {
      std::ifstream file(environ_path, std::ios::binary);
      text.assign(std::istreambuf_iterator<char>(file), {});
    }
    return pid;
  };
  const pid_t left = sleeper(scratch), of_another = sleeper(other);
  const auto store = *StoreDirectory::Open(directory.path());
  int status = 0;
  ASSERT_EQ(waitpid(left, &status, 0), left);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_EQ(waitpid(of_another, &status, WNOHANG), 0) << "another worker's";
  kill(of_another, SIGKILL);
  waitpid(of_another, &status, 0);
}

TEST(StoreDirectory, PathThatIsAFileIsNamedWithTheRemedy) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/file") << "x";
  const auto store = StoreDirectory::Open(directory.path() + "/file");
  EXPECT_TRUE(absl::IsFailedPrecondition(store.status()));
  EXPECT_THAT(std::string(store.status().message()), testing::HasSubstr("/file"));
  EXPECT_THAT(std::string(store.status().message()), testing::HasSubstr("--store-dir"));
}

}  // namespace
}  // namespace mote::worker
