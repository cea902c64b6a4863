// Kernels by name: the built-in ones, and on first need those of the kernel library
// that links libtorch (0.3 s and 165 MB, which most engines never pay).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "worker/engine/kernel.h"

namespace mote::engine {

// Not thread-safe. Loaded libraries stay loaded until the process ends.
class KernelLibrary {
 public:
  // `library_path`: the torch kernels, loaded when first needed.
  explicit KernelLibrary(std::string library_path);

  // FailedPrecondition: no kernel of that name, also not in the library, or the
  // library is missing or does not load (this build may be without libtorch).
  absl::StatusOr<Kernel*> Find(std::string_view name);

  // Loads the library now. Errors as Find's.
  absl::Status Load();
  // How many accelerators the library finds; 0 where it cannot be loaded.
  int AcceleratorCount();
  bool loaded() const { return handle_ != nullptr; }
  // For tests and native plug-ins.
  KernelMap& kernels() { return kernels_; }

 private:
  const std::string library_path_;
  void* handle_ = nullptr;
  KernelMap kernels_;
};

// "<directory of this executable>/libmote_torch_kernels.so".
std::string TorchKernelsPath();

}  // namespace mote::engine
