#include "worker/engine/device.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace mote::engine {
namespace {

namespace fs = std::filesystem;

std::string ReadText(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// "0.3.21:Cooperlake": the version, and for which processors the kernels are that it chose
// here, which differ in how they round. It is asked itself, for makers and the variable
// OPENBLAS_CORETYPE decide too. It stays loaded, since libtorch will need it.
std::string OpenBlas() {
  void* const library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return "unknown";
  const auto ask = [library](const char* name) -> std::string {
    auto* const function = reinterpret_cast<const char* (*)()>(dlsym(library, name));
    return function == nullptr ? "" : function();
  };
  // "OpenBLAS 0.3.21 DYNAMIC_ARCH …"
  const std::vector<std::string> words = absl::StrSplit(ask("openblas_get_config"), ' ', absl::SkipEmpty());
  const std::string core = ask("openblas_get_corename");
  if (words.size() < 2 || core.empty()) return "unknown";
  return absl::StrCat(words[1], ":", core);
}

// What users set to choose among libtorch's kernels: ":aten=avx2", or nothing.
std::string ChosenKernels() {
  std::string chosen;
  for (const auto& [variable, name] : {std::pair{"ATEN_CPU_CAPABILITY", "aten"}, {"ONEDNN_MAX_CPU_ISA", "onednn"}}) {
    const char* const value = std::getenv(variable);
    if (value != nullptr && *value != '\0') absl::StrAppend(&chosen, ":", name, "=", value);
  }
  return chosen;
}

// "NVIDIA_H200" of the first device; libtorch would be needed for the architecture.
std::string AcceleratorModel() {
  std::error_code error;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator("/proc/driver/nvidia/gpus", error)) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  for (const fs::path& gpu : found) {
    for (const std::string& line : std::vector<std::string>(absl::StrSplit(ReadText(gpu / "information"), '\n'))) {
      const std::pair<std::string, std::string> entry = absl::StrSplit(line, absl::MaxSplits(':', 1));
      if (entry.first != "Model") continue;
      return absl::StrReplaceAll(std::string(absl::StripAsciiWhitespace(entry.second)), {{" ", "_"}});
    }
  }
  return "unknown";
}

int64_t MemoryBytes() {
  int64_t bytes = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    int64_t limit = 0;
    if (absl::SimpleAtoi(ReadText(path), &limit) && limit > 0) bytes = std::min(bytes, limit);
  }
  return bytes;
}

// Of the first processor.
std::set<std::string> CpuFlags(const std::string& cpuinfo) {
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(cpuinfo, '\n'))) {
    if (line.rfind("flags", 0) != 0) continue;
    return absl::StrSplit(line.substr(line.find(':') + 1), ' ', absl::SkipEmpty());
  }
  return {};
}

}  // namespace

std::string CpuCapability(const std::string& cpuinfo) {
  const std::set<std::string> flags = CpuFlags(cpuinfo);
  const auto all = [&flags](std::initializer_list<const char*> wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&flags](const char* flag) { return flags.contains(flag); });
  };
  if (all({"avx512vl", "avx512bw", "avx512dq", "fma"})) return "avx512";
  return all({"avx2", "fma"}) ? "avx2" : "sse";
}

std::string Bfloat16Capability(const std::string& cpuinfo) {
  const std::set<std::string> flags = CpuFlags(cpuinfo);
  return absl::StrCat(flags.contains("avx512_bf16") ? ":bf16" : "", flags.contains("amx_bf16") ? ":amx" : "");
}

bool AcceleratorPresent() {
  std::error_code error;
  return fs::exists("/dev/nvidiactl", error) || fs::exists("/proc/driver/nvidia/version", error);
}

DeviceDescription DescribeDevice(const EngineOptions& options) {
  DeviceDescription out;
  out.memory_bytes = MemoryBytes();
  const std::string blas = OpenBlas();
  const std::string cpuinfo = ReadText("/proc/cpuinfo");
  const std::string capability = CpuCapability(cpuinfo);
  if (options.device == "cpu") {
    out.numeric_class = absl::StrCat("cpu:", capability, ":threads=", options.threads, ":openblas=", blas,
                                     Bfloat16Capability(cpuinfo), ChosenKernels());
    if (blas == "unknown") {
      out.notes.push_back(
          "OpenBLAS was not found: matrix products may be 30 times slower; "
          "on Debian install libopenblas0-pthread");
    }
  } else {
    out.numeric_class = absl::StrCat("cuda:", AcceleratorModel(), ":", capability, ":threads=", options.threads);
  }
  return out;
}

}  // namespace mote::engine
