#include "worker/engine/work_queue.h"

#include <gtest/gtest.h>

namespace mote::engine {
namespace {

RunBlock Block(uint64_t lease) { return {{lease, 1, {}}}; }

uint64_t LeaseOf(const std::optional<WorkItem>& item) { return std::get<RunBlock>(*item).order.lease; }

TEST(WorkQueue, CancelledQueuedBlockIsForgotten) {
  WorkQueue queue;
  queue.Push(Block(1));
  queue.Push(Block(2));
  EXPECT_TRUE(queue.Cancel(1));
  EXPECT_EQ(LeaseOf(queue.Pop()), 2u);
}

TEST(WorkQueue, CancellingTheRunningBlockSetsTheFlagUntilTheNextOne) {
  WorkQueue queue;
  queue.Push(Block(1));
  queue.Push(Block(2));
  queue.Pop();
  EXPECT_FALSE(queue.Cancel(1));
  EXPECT_TRUE(queue.cancelled());
  queue.Pop();
  EXPECT_FALSE(queue.cancelled());
}

TEST(WorkQueue, CancellingAFinishedBlockTouchesNoOther) {
  WorkQueue queue;
  queue.Push(Block(1));
  queue.Push(Block(2));
  queue.Pop();
  queue.Pop();
  EXPECT_FALSE(queue.Cancel(1));
  EXPECT_FALSE(queue.cancelled());
}

TEST(WorkQueue, ClosedQueueYieldsNothing) {
  WorkQueue queue;
  queue.Push(Block(1));
  queue.Close();
  EXPECT_FALSE(queue.Pop().has_value());
}

TEST(WorkQueue, ShorteningCutsTheNamedBlockAlone) {
  WorkQueue queue;
  queue.Push(Block(1));
  queue.Push(Block(2));
  queue.Push(Block(3));
  queue.Pop();
  queue.Shorten(1, 5);   // running
  queue.Shorten(2, 7);   // queued
  queue.Shorten(9, 11);  // not known
  EXPECT_EQ(queue.end_max(), 5);
  queue.Pop();
  EXPECT_EQ(queue.end_max(), 7);
  queue.Pop();
  EXPECT_EQ(queue.end_max(), std::numeric_limits<int64_t>::max());
}

}  // namespace
}  // namespace mote::engine
