#include "coordinator/rpc/listen_address.h"

#include <gtest/gtest.h>

#include "tests/coordinator/shell/status_matchers.h"

namespace mote::coordinator {
namespace {

TEST(ListenAddress, HostAndPortAreRequired) {
  for (const char* address : {"127.0.0.1:0", "localhost:7070", "[::1]:65535", "0.0.0.0:1"}) {
    EXPECT_THAT(CheckListenAddress(address), IsOk()) << address;
  }
  for (const char* address : {"", "7070", ":7070", "localhost", "localhost:", "a:65536", "a:-1", "a:x", "::1:7070"}) {
    EXPECT_THAT(CheckListenAddress(address), Fails(absl::StatusCode::kInvalidArgument, "HOST:PORT")) << address;
  }
}

TEST(ListenAddress, OnlyAddressesOfThisMachineAreLoopback) {
  for (const char* address : {"127.0.0.1:0", "127.9.9.9:1", "localhost:7070", "[::1]:7070"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0:0", "[::]:1", "10.0.0.1:7070", "128.0.0.1:1", "127.example.org:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

TEST(ListenAddress, ThePortThatWasPickedReplacesZero) {
  EXPECT_EQ(WithPort("127.0.0.1:0", 4242), "127.0.0.1:4242");
  EXPECT_EQ(WithPort("[::1]:0", 4242), "[::1]:4242");
}

}  // namespace
}  // namespace mote::coordinator
