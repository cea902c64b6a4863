// Process-wide settings of libtorch that results depend on.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "worker/engine/kernel.h"

namespace mote::engine {

// Fixes the number of compute threads and asks for reproducible kernels. Cheap to
// call again; the first call counts.
//
//   FailedPrecondition  the device is not there, or this libtorch was built without it
absl::Status StartTorch(const EngineOptions& options);

// Accelerators that libtorch can use; 0 on a CPU build.
int AcceleratorCount();

}  // namespace mote::engine
