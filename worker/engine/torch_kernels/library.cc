// What libmote_torch_kernels.so exports to an engine that loads it.
#include "worker/engine/torch_kernels/kernels.h"
#include "worker/engine/torch_kernels/torch_runtime.h"

extern "C" {

__attribute__((visibility("default"))) void MoteRegisterKernels(mote::engine::KernelMap& kernels) {
  mote::engine::RegisterTorchKernels(kernels);
}

// How many accelerators `--device auto` may choose from.
__attribute__((visibility("default"))) int MoteAcceleratorCount() { return mote::engine::AcceleratorCount(); }

}  // extern "C"
