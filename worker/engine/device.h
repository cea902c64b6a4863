// What an engine runs on, found out without loading libtorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "worker/engine/kernel.h"

namespace mote::engine {

struct DeviceDescription {
  int64_t memory_bytes = 0;        // of the machine or its container, shared by its slots
  std::string numeric_class;       // "cpu:avx2:threads=1:openblas=0.3.21:Haswell"
  std::vector<std::string> notes;  // for the log
};

// Slots with equal numeric class compute the same bits (design.md).
DeviceDescription DescribeDevice(const EngineOptions& options);

// The widest vector instructions that libtorch's kernels would choose, from the
// text of /proc/cpuinfo: "avx512", "avx2" or "sse".
std::string CpuCapability(const std::string& cpuinfo);

// What of the processor changes how products in bfloat16 are rounded: "", ":bf16" or
// ":bf16:amx". From the text of /proc/cpuinfo.
std::string Bfloat16Capability(const std::string& cpuinfo);

// True when this machine shows an NVIDIA device.
bool AcceleratorPresent();

}  // namespace mote::engine
