#include "worker/engine/device.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

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

// Debian's alternatives lead from libopenblas.so.0 to "libopenblasp-r0.3.21.so".
std::string OpenBlasVersion() {
  for (const char* directory : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"}) {
    std::error_code error;
    const std::string name = fs::canonical(fs::path(directory) / "libopenblas.so.0", error).filename().string();
    const size_t version = name.find("-r");
    const size_t suffix = name.rfind(".so");
    if (!error && version != std::string::npos && suffix != std::string::npos && suffix > version + 2) {
      return name.substr(version + 2, suffix - version - 2);
    }
  }
  return "unknown";
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

}  // namespace

std::string CpuCapability(const std::string& cpuinfo) {
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(cpuinfo, '\n'))) {
    if (line.rfind("flags", 0) != 0) continue;
    const std::vector<std::string> flags = absl::StrSplit(line.substr(line.find(':') + 1), ' ', absl::SkipEmpty());
    const auto all = [&flags](std::initializer_list<const char*> wanted) {
      return std::all_of(wanted.begin(), wanted.end(), [&flags](const char* flag) {
        return std::find(flags.begin(), flags.end(), flag) != flags.end();
      });
    };
    if (all({"avx512vl", "avx512bw", "avx512dq", "fma"})) return "avx512";
    if (all({"avx2", "fma"})) return "avx2";
    return "sse";
  }
  return "sse";
}

bool AcceleratorPresent() {
  std::error_code error;
  return fs::exists("/dev/nvidiactl", error) || fs::exists("/proc/driver/nvidia/version", error);
}

DeviceDescription DescribeDevice(const EngineOptions& options) {
  DeviceDescription out;
  out.memory_bytes = MemoryBytes();
  const std::string blas = OpenBlasVersion();
  const std::string capability = CpuCapability(ReadText("/proc/cpuinfo"));
  if (options.device == "cpu") {
    out.numeric_class = absl::StrCat("cpu:", capability, ":threads=", options.threads, ":openblas=", blas);
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
