#include "worker/engine/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mote::engine {
namespace {

TEST(Device, CapabilityIsWhatTheFlagsAllow) {
  EXPECT_EQ(CpuCapability("model name\t: x\nflags\t\t: fpu sse2 fma avx2 avx512vl avx512bw avx512dq\n"), "avx512");
  EXPECT_EQ(CpuCapability("flags\t\t: fpu sse2 fma avx2 avx512vl\n"), "avx2");
  EXPECT_EQ(CpuCapability("flags\t\t: fpu sse2 avx2\n"), "sse");
  EXPECT_EQ(CpuCapability(""), "sse");
}

TEST(Device, NumericClassNamesWhatChangesTheBits) {
  EngineOptions options;
  options.threads = 3;
  const DeviceDescription device = DescribeDevice(options);
  EXPECT_THAT(device.numeric_class, testing::MatchesRegex("cpu:(sse|avx2|avx512):threads=3:openblas=.+"));
  EXPECT_GT(device.memory_bytes, 0);
}

}  // namespace
}  // namespace mote::engine
