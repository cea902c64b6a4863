#include "common/message_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "mote/v1/worker_service.pb.h"

namespace mote {
namespace {

using ::testing::ElementsAre;

v1::SessionResponse AckOf(uint64_t sequence) {
  v1::SessionResponse message;
  message.mutable_heartbeat_ack()->set_sequence(sequence);
  return message;
}

// A message whose encoding has at least so many bytes.
v1::SessionResponse MessageOf(size_t bytes) {
  v1::SessionResponse message;
  message.mutable_release_partial()->set_artifact(std::string(bytes, 'a'));
  return message;
}

std::vector<uint64_t> SequencesOf(const v1::SessionResponse& message) {
  std::vector<uint64_t> sequences{message.heartbeat_ack().sequence()};
  for (const v1::SessionResponse& next : message.more()) sequences.push_back(next.heartbeat_ack().sequence());
  return sequences;
}

TEST(MessageQueue, WhatWaitsIsTakenAsOneMessageInItsOrder) {
  MessageQueue<v1::SessionResponse> queue(1000);
  for (uint64_t i = 1; i <= 3; ++i) queue.Push(AckOf(i));
  EXPECT_EQ(queue.size(), 3u);
  EXPECT_THAT(SequencesOf(queue.Take()), ElementsAre(1, 2, 3));
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(MessageQueue, AMessageOfSeveralStaysWithinItsLimit) {
  MessageQueue<v1::SessionResponse> queue(1000);
  for (int i = 0; i < 100; ++i) queue.Push(MessageOf(90));
  int taken = 0;
  for (; !queue.empty(); ++taken) EXPECT_LE(queue.Take().ByteSizeLong(), 1000u);
  EXPECT_EQ(taken, 12) << "nine of them fit into one";
}

TEST(MessageQueue, AMessageThatIsLargerGoesAlone) {
  MessageQueue<v1::SessionResponse> queue(1000);
  queue.Push(MessageOf(5000));
  queue.Push(AckOf(1));
  EXPECT_EQ(queue.Take().more_size(), 0);
  EXPECT_THAT(SequencesOf(queue.Take()), ElementsAre(1));
}

}  // namespace
}  // namespace mote
