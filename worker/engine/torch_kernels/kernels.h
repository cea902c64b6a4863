// The kernels of this library, one file each.
#pragma once

#include <memory>

#include "worker/engine/kernel.h"
#include "worker/engine/torch_kernels/caches.h"

namespace mote::engine {

std::unique_ptr<Kernel> MakeInferKernel(std::shared_ptr<Caches> caches);
std::unique_ptr<Kernel> MakeTrainAverageKernel();
std::unique_ptr<Kernel> MakeTrainEvaluateKernel(std::shared_ptr<Caches> caches);
std::unique_ptr<Kernel> MakeTrainExportKernel();
std::unique_ptr<Kernel> MakeTrainGradientKernel(std::shared_ptr<Caches> caches);
std::unique_ptr<Kernel> MakeTrainInitKernel();
std::unique_ptr<Kernel> MakeTrainLocalKernel(std::shared_ptr<Caches> caches);
std::unique_ptr<Kernel> MakeTrainUpdateKernel(std::shared_ptr<Caches> caches);

// All of them, sharing one set of caches.
void RegisterTorchKernels(KernelMap& kernels);

}  // namespace mote::engine
