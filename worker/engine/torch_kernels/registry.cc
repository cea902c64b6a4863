#include "worker/engine/torch_kernels/kernels.h"

namespace mote::engine {

void RegisterTorchKernels(KernelMap& kernels) {
  const auto caches = std::make_shared<Caches>();
  kernels.emplace("infer", MakeInferKernel(caches));
  kernels.emplace("train.average", MakeTrainAverageKernel());
  kernels.emplace("train.evaluate", MakeTrainEvaluateKernel(caches));
  kernels.emplace("train.export", MakeTrainExportKernel());
  kernels.emplace("train.gradient", MakeTrainGradientKernel(caches));
  kernels.emplace("train.init", MakeTrainInitKernel());
  kernels.emplace("train.local", MakeTrainLocalKernel(caches));
  kernels.emplace("train.update", MakeTrainUpdateKernel(caches));
}

}  // namespace mote::engine
