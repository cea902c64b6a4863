#include "worker/engine/work_queue.h"

#include <gtest/gtest.h>

namespace mote::engine {
namespace {

RunBlock Block(uint32_t attempt) {
  RunBlock block;
  block.token.attempt = attempt;
  return block;
}

uint32_t Attempt(const std::optional<WorkItem>& item) { return std::get<RunBlock>(*item).token.attempt; }

TEST(WorkQueue, CancelledQueuedBlockIsForgotten) {
  WorkQueue queue;
  queue.Push(Block(1));
  queue.Push(Block(2));
  EXPECT_TRUE(queue.Cancel(Block(1).token));
  EXPECT_EQ(Attempt(queue.Pop()), 2u);
}

TEST(WorkQueue, CancellingTheRunningBlockSetsTheFlagUntilTheNextOne) {
  WorkQueue queue;
  queue.Push(Block(1));
  queue.Push(Block(2));
  queue.Pop();
  EXPECT_FALSE(queue.Cancel(Block(1).token));
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
  EXPECT_FALSE(queue.Cancel(Block(1).token));
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
  queue.Shorten(Block(1).token, 5);   // running
  queue.Shorten(Block(2).token, 7);   // queued
  queue.Shorten(Block(9).token, 11);  // not known
  EXPECT_EQ(queue.end_max(), 5);
  queue.Pop();
  EXPECT_EQ(queue.end_max(), 7);
  queue.Pop();
  EXPECT_EQ(queue.end_max(), std::numeric_limits<int64_t>::max());
}

}  // namespace
}  // namespace mote::engine
