#include "worker/engine/torch_kernels/torch_runtime.h"

#include <torch/csrc/jit/runtime/graph_executor.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "worker/engine/torch_kernels/compat.h"

namespace mote::engine {
namespace {

absl::Status CheckDevice(const std::string& name) {
  return GuardTorch("device " + name, [&]() -> absl::Status {
    const c10::Device device(name);
    if (device.is_cpu()) return absl::OkStatus();
    const int count = AcceleratorCount();
    if (device.index() < count) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("device ", name, " is not there: libtorch ", TORCH_VERSION,
                                                      " finds ", count,
                                                      " of its kind; start the worker with "
                                                      "--device cpu, or install a libtorch for CUDA"));
  });
}

absl::Status Start(const EngineOptions& options) {
  // Read by cuBLAS when it starts: without it, its sums depend on timing.
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  return GuardTorch("starting libtorch", [&]() -> absl::Status {
    at::set_num_threads(options.threads);
    at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
    at::globalContext().setBenchmarkCuDNN(false);
    return CheckDevice(options.device);
  });
}

}  // namespace

absl::Status StartTorch(const EngineOptions& options) {
  static const auto* const status = new absl::Status(Start(options));
  // The optimising executor of TorchScript specialises after some runs, and then
  // fuses: bits would depend on how often a model ran. The setting is per thread.
  torch::jit::setGraphExecutorOptimize(false);
  return *status;
}

int AcceleratorCount() {
  try {
    return static_cast<int>(torch::cuda::device_count());
  } catch (const std::exception&) {
    return 0;  // a driver that does not answer is no device
  }
}

}  // namespace mote::engine
