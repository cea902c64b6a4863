#include "worker/engine/kernel_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/suggest.h"

namespace mote::engine {
namespace {

// Optional export of a kernel library: how many devices it can compute on.
constexpr char kAcceleratorCountSymbol[] = "MoteAcceleratorCount";

}  // namespace

KernelLibrary::KernelLibrary(std::string library_path) : library_path_(std::move(library_path)) {
  RegisterBuiltinKernels(kernels_);
}

absl::StatusOr<Kernel*> KernelLibrary::Find(std::string_view name) {
  auto found = kernels_.find(name);
  if (found == kernels_.end() && !loaded()) {
    if (absl::Status status = Load(); !status.ok()) {
      return absl::UnavailableError(absl::StrCat("kernel \"", std::string(name), "\" is not built into the engine and ",
                                                 std::string(status.message())));
    }
    found = kernels_.find(name);
  }
  if (found != kernels_.end()) return found->second.get();
  std::vector<std::string> known;
  for (const auto& [known_name, kernel] : kernels_) known.push_back(known_name);
  return absl::UnavailableError(absl::StrCat("this engine has no kernel \"", std::string(name), "\"",
                                             DidYouMean(name, known),
                                             "; install the same version of mote on all machines"));
}

absl::Status KernelLibrary::Load() {
  if (loaded()) return absl::OkStatus();
  handle_ = dlopen(library_path_.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("the torch kernels do not load: ", dlerror(),
                     "; build mote with MOTE_TORCH=ON and keep libmote_torch_kernels.so beside mote-engine"));
  }
  const auto add = reinterpret_cast<RegisterKernelsFunction>(dlsym(handle_, kRegisterKernelsSymbol));
  if (add == nullptr) {
    return absl::UnavailableError(
        absl::StrCat(library_path_, " does not export ", kRegisterKernelsSymbol, ": it is not a kernel library"));
  }
  add(kernels_);
  return absl::OkStatus();
}

int KernelLibrary::AcceleratorCount() {
  if (!Load().ok()) return 0;
  const auto count = reinterpret_cast<int (*)()>(dlsym(handle_, kAcceleratorCountSymbol));
  return count == nullptr ? 0 : count();
}

std::string TorchKernelsPath() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (self.parent_path() / "libmote_torch_kernels.so").string();
}

}  // namespace mote::engine
