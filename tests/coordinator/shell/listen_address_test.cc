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

}  // namespace
}  // namespace mote::coordinator
