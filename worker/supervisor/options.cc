#include "worker/supervisor/options.h"

#include <sched.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/session_limits.h"
#include "common/version.h"

namespace mote::worker {
namespace {

// Below, an engine on a busy machine would be taken for a dead one.
constexpr absl::Duration kEngineSilenceMin = absl::Seconds(2);

// Cores that this process may use, as a container or taskset limits them.
int UsableCores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (sched_getaffinity(0, sizeof(cores), &cores) != 0) return 1;
  return std::max(1, CPU_COUNT(&cores));
}

std::string DefaultStoreDirectory() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return absl::StrCat(cache, "/mote");
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return absl::StrCat(home, "/.cache/mote");
  }
  return "/tmp/mote-cache";
}

// Different in every process, also of one machine or of cloned containers.
std::string DefaultName() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return absl::StrCat(host.data(), "-", getpid());
}

std::string CheckAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon != std::string::npos && colon > 0 && colon + 1 < address.size()) return "";
  return absl::StrCat("\"", address, "\" is not HOST:PORT");
}

std::string CheckLabel(const std::string& label) {
  const size_t equals = label.find('=');
  if (equals != std::string::npos && equals > 0) return "";
  return absl::StrCat("\"", label, "\" is not KEY=VALUE");
}

std::string CheckEngineSilence(const std::string& text) {
  absl::Duration silence;
  if (absl::ParseDuration(text, &silence) && silence >= kEngineSilenceMin) return "";
  return absl::StrCat("\"", text, "\" is no duration of at least ", absl::FormatDuration(kEngineSilenceMin),
                      ", such as 5s");
}

std::string CheckDevice(const std::string& device) {
  if (device == "auto" || device == "cpu") return "";
  const bool numbered = device.rfind("cuda:", 0) == 0 && device.size() > 5 &&
                        std::all_of(device.begin() + 5, device.end(), [](char c) { return c >= '0' && c <= '9'; });
  return numbered ? "" : absl::StrCat("\"", device, "\" is not auto, cpu or cuda:<n>");
}

}  // namespace

std::variant<Options, int> ParseOptions(int argc, char** argv) {
  Options options;
  options.slots = UsableCores();
  options.store_dir = DefaultStoreDirectory();
  options.name = DefaultName();
  std::vector<std::string> labels;
  std::string engine_silence = absl::FormatDuration(options.engine_silence_max);

  CLI::App app("Computes for a mote cluster: leases blocks of tasks from a coordinator and runs them.", "mote-worker");
  app.set_version_flag("--version", std::string("mote-worker ") + kVersion);
  app.add_option("--coordinator", options.coordinator, "where the coordinator listens, HOST:PORT")
      ->envname("MOTE_COORDINATOR")
      ->required()
      ->check(CheckAddress);
  app.add_option("--slots", options.slots, "engines to run; default: one per core")->check(CLI::Range(1, kSlotsMax));
  app.add_option("--device", options.device, "auto, cpu or cuda:<n>; default auto")->check(CheckDevice);
  app.add_option("--store-dir", options.store_dir, "where blobs are cached; default " + options.store_dir);
  app.add_option("--name", options.name, "name of this worker, unique in the cluster; default HOST-PID");
  app.add_option("--label", labels, "KEY=VALUE for placement; may be repeated")->check(CheckLabel);
  app.add_option("--threads-per-slot", options.threads_per_slot, "compute threads of an engine; default 1")
      ->check(CLI::Range(1, kSlotsMax));
  app.add_option("--cache-bytes", options.cache_bytes_max, "bound of the blob cache; default 8 GiB")
      ->transform(CLI::AsSizeValue(false));
  app.add_option("--engine-limit", engine_silence, "an engine that is silent for longer is killed; default 5s")
      ->check(CheckEngineSilence);
  app.add_option("--blob-address", options.blob_address,
                 "HOST:PORT at which other workers fetch partials from here; default: a free port of the address by "
                 "which the coordinator is reached")
      ->check(CheckAddress);
  app.add_flag("--insecure", options.insecure,
               "serve partials, in plaintext, on an address that other machines can reach");
  app.add_flag("--warm", options.warm, "load libtorch at start instead of on first need");
  app.add_option("--shared-dir", options.shared_dirs,
                 "directory in which jobs may read files by `shared:`; may be repeated; default: none")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--allow-commands", options.allow_commands, "run programs that jobs bring along");
  app.add_flag("--allow-test-operations", options.allow_test_operations, "run operations that fail on purpose");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  absl::ParseDuration(engine_silence, &options.engine_silence_max);  // checked above
  for (const std::string& label : labels) {
    const size_t equals = label.find('=');
    options.labels[label.substr(0, equals)] = label.substr(equals + 1);
  }
  return options;
}

}  // namespace mote::worker
