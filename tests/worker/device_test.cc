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

// Mixed precision multiplies in bfloat16, which is emulated where it is not there.
TEST(Device, Bfloat16IsWhatTheFlagsAllow) {
  EXPECT_EQ(Bfloat16Capability("flags\t\t: fpu avx512_bf16 amx_bf16\n"), ":bf16:amx");
  EXPECT_EQ(Bfloat16Capability("flags\t\t: fpu avx512_bf16\n"), ":bf16");
  EXPECT_EQ(Bfloat16Capability("flags\t\t: fpu avx2\n"), "");
}

TEST(Device, NumericClassNamesWhatChangesTheBits) {
  EngineOptions options;
  options.threads = 3;
  const DeviceDescription device = DescribeDevice(options);
  EXPECT_THAT(device.numeric_class,
              testing::MatchesRegex("cpu:(sse|avx2|avx512):threads=3:openblas=(unknown|[0-9.]+:[A-Za-z0-9]+).*"));
  EXPECT_GT(device.memory_bytes, 0);
}

TEST(Device, NumericClassNamesTheKernelsThatAUserChose) {
  EngineOptions options;
  setenv("ATEN_CPU_CAPABILITY", "default", /*overwrite=*/1);
  const std::string chosen = DescribeDevice(options).numeric_class;
  unsetenv("ATEN_CPU_CAPABILITY");
  EXPECT_THAT(chosen, testing::EndsWith(":aten=default"));
  EXPECT_THAT(DescribeDevice(options).numeric_class, testing::Not(testing::HasSubstr("aten")));
}

}  // namespace
}  // namespace mote::engine
