#include "coordinator/runtime/disk_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace mote::coordinator {
namespace {

// What the core is told, in order; its mailbox may be full.
class Core {
 public:
  bool Take(Command command) {
    const std::lock_guard lock(mutex_);
    if (full_ > 0) {
      --full_;
      return false;
    }
    told_.push_back(std::get<DiskState>(command));
    changed_.notify_all();
    return true;
  }
  DiskState Next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !told_.empty(); });
    const DiskState state = told_.front();
    told_.pop_front();
    return state;
  }
  size_t waiting() {
    const std::lock_guard lock(mutex_);
    return told_.size();
  }
  void RefuseNext(int times) { full_ = times; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<DiskState> told_;
  int full_ = 0;
};

TEST(DiskWatch, CoreLearnsOfALowDiskBeforeAnythingElseAndWhenItHasRoomAgain) {
  Core core;
  std::atomic<int64_t> free = 10;
  DiskWatch watch(
      [&] {
        return DiskSpace{free, 20};
      },
      [&](Command c) { return core.Take(std::move(c)); }, absl::Milliseconds(1));
  ASSERT_GE(core.waiting(), 1u) << "known before the first grant";
  EXPECT_TRUE(core.Next().low);
  free = 30;
  DiskState state = core.Next();
  while (state.low) state = core.Next();
  EXPECT_EQ(state.free_bytes, 30);
  EXPECT_EQ(state.reserve_bytes, 20);
}

TEST(DiskWatch, DiskWithRoomIsNotWorthACommand) {
  Core core;
  std::atomic<int> looks = 0;
  {
    DiskWatch watch(
        [&] {
          ++looks;
          looks.notify_all();
          return DiskSpace{30, 20};
        },
        [&](Command c) { return core.Take(std::move(c)); }, absl::Milliseconds(1));
    for (int seen = looks; seen < 3; seen = looks) looks.wait(seen);
  }
  EXPECT_EQ(core.waiting(), 0u);
}

TEST(DiskWatch, NewsThatTheMailboxDidNotTakeAreSentAgain) {
  Core core;
  core.RefuseNext(3);
  DiskWatch watch(
      [] {
        return DiskSpace{10, 20};
      },
      [&](Command c) { return core.Take(std::move(c)); }, absl::Milliseconds(1));
  EXPECT_TRUE(core.Next().low);
}

}  // namespace
}  // namespace mote::coordinator
