#include "worker/wire/frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <thread>

#include "mote/engine/v1/engine.pb.h"

namespace mote::wire {
namespace {

namespace pb = mote::engine::v1;

pb::SupervisorMessage PingOf(uint64_t sequence) {
  pb::SupervisorMessage message;
  message.mutable_ping()->set_sequence(sequence);
  return message;
}

// Both ends of one socket.
class FrameTest : public ::testing::Test {
 protected:
  static std::array<int, 2> Pair() {
    std::array<int, 2> ends;
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    return ends;
  }
  uint64_t Receive() {
    pb::SupervisorMessage message;
    EXPECT_TRUE(*receiver_.Receive(&message));
    return message.ping().sequence();
  }
  bool AnythingCame() const {
    char byte;
    return recv(receiver_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }

  const std::array<int, 2> ends_ = Pair();
  FrameSocket sender_{ends_[0]};
  FrameSocket receiver_{ends_[1]};
};

TEST_F(FrameTest, QueuedFramesGoOutWithTheFlushAndAreReceivedOneByOne) {
  for (uint64_t i = 1; i <= 3; ++i) ASSERT_TRUE(sender_.Queue(PingOf(i)).ok());
  EXPECT_FALSE(AnythingCame());
  ASSERT_TRUE(sender_.Flush().ok());
  EXPECT_FALSE(receiver_.HasMore()) << "nothing was received yet";
  EXPECT_EQ(Receive(), 1u);
  EXPECT_TRUE(receiver_.HasMore());
  EXPECT_EQ(Receive(), 2u);
  EXPECT_EQ(Receive(), 3u);
  EXPECT_FALSE(receiver_.HasMore());
}

TEST_F(FrameTest, AFrameThatIsSentTakesWhatWaitsAlong) {
  ASSERT_TRUE(sender_.Queue(PingOf(1)).ok());
  ASSERT_TRUE(sender_.Send(PingOf(2)).ok());
  EXPECT_EQ(Receive(), 1u);
  EXPECT_EQ(Receive(), 2u);
}

TEST_F(FrameTest, WhatWaitsIsBounded) {
  std::thread reader([this] {
    for (uint64_t i = 0; i < 1000; ++i) EXPECT_EQ(Receive(), 1u << 30) << "not flushed: sent when it was enough";
  });
  for (int i = 0; i < 8'000; ++i) ASSERT_TRUE(sender_.Queue(PingOf(1u << 30)).ok());
  reader.join();
}

TEST_F(FrameTest, FramesLargerThanTheBufferArriveWhole) {
  pb::SupervisorMessage large;
  large.mutable_blob_reply()->set_error(std::string(1 << 20, 'e'));
  std::thread sending([&] {
    ASSERT_TRUE(sender_.Queue(PingOf(7)).ok());
    ASSERT_TRUE(sender_.Queue(large).ok());
    ASSERT_TRUE(sender_.Send(PingOf(8)).ok());
  });
  EXPECT_EQ(Receive(), 7u);
  pb::SupervisorMessage message;
  ASSERT_TRUE(*receiver_.Receive(&message));
  EXPECT_EQ(message.blob_reply().error().size(), 1u << 20);
  EXPECT_EQ(Receive(), 8u);
  sending.join();
}

TEST_F(FrameTest, TheEndBetweenTwoFramesIsNoErrorAndInsideOneIs) {
  ASSERT_TRUE(sender_.Send(PingOf(1)).ok());
  const uint32_t length = 100;
  ASSERT_EQ(send(sender_.fd(), &length, sizeof(length), 0), 4);
  sender_.Shutdown();
  EXPECT_EQ(Receive(), 1u);
  pb::SupervisorMessage message;
  const auto inside = receiver_.Receive(&message);
  EXPECT_TRUE(absl::IsUnavailable(inside.status())) << inside.status();

  const std::array<int, 2> ends = Pair();
  FrameSocket other(ends[0]), end(ends[1]);
  other.Shutdown();
  EXPECT_FALSE(*end.Receive(&message));
}

TEST_F(FrameTest, AFrameThatIsTooLongIsRefusedBeforeItIsRead) {
  const uint32_t length = kFrameBytesMax + 1;
  ASSERT_EQ(send(sender_.fd(), &length, sizeof(length), 0), 4);
  pb::SupervisorMessage message;
  EXPECT_TRUE(absl::IsInvalidArgument(receiver_.Receive(&message).status()));
}

}  // namespace
}  // namespace mote::wire
