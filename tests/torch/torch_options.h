// InProcess with the kernels that need libtorch.
#pragma once

#include "tests/testing/in_process.h"
#include "worker/engine/torch_kernels/kernels.h"

namespace mote::testing {

// Blocks of 2^level tasks, reported last first.
inline InProcessOptions TorchOptions(int block_level) {
  return {.block_level = block_level, .backwards = true, .more_kernels = engine::RegisterTorchKernels};
}

}  // namespace mote::testing
