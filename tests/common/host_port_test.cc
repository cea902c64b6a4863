#include "common/host_port.h"

#include <gtest/gtest.h>

namespace mote {
namespace {

TEST(HostPort, IsSplitAtTheLastColon) {
  EXPECT_EQ(SplitHostPort("a.example:7070").host, "a.example");
  EXPECT_EQ(SplitHostPort("a.example:7070").port, "7070");
  EXPECT_EQ(SplitHostPort("[::1]:7070").host, "::1");
  EXPECT_EQ(SplitHostPort("localhost").host, "localhost");
  EXPECT_EQ(SplitHostPort("localhost").port, "");
}

TEST(HostPort, OnlyAddressesOfThisMachineAreLoopback) {
  for (const char* address : {"127.0.0.1:0", "127.9.9.9:1", "localhost:7070", "[::1]:7070"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0:0", "[::]:1", "10.0.0.1:7070", "128.0.0.1:1", "127.example.org:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

TEST(HostPort, ThePortThatWasPickedReplacesZero) {
  EXPECT_EQ(WithPort("127.0.0.1:0", 4242), "127.0.0.1:4242");
  EXPECT_EQ(WithPort("[::1]:0", 4242), "[::1]:4242");
}

}  // namespace
}  // namespace mote
