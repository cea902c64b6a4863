// Command line of mote-worker.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"

namespace mote::worker {

struct Options {
  std::string coordinator;  // "host:port"
  int slots = 1;
  std::string device = "auto";
  std::string store_dir;
  std::string name;  // unique in the cluster
  std::map<std::string, std::string> labels;
  bool allow_commands = false;
  std::vector<std::string> shared_dirs;
  bool allow_test_operations = false;
  bool warm = false;
  int threads_per_slot = 1;
  // An engine that gives no sign of life for so long is killed.
  absl::Duration engine_silence_max = absl::Seconds(5);
  std::string blob_address;  // "host:port" where others fetch what is kept; empty: found out
  bool insecure = false;     // also where other machines can reach it
  int64_t cache_bytes_max = int64_t{8} << 30;
};

// The options, or the exit code when there is nothing to run (0 after --help, 2
// after a usage error, which is then on stderr).
std::variant<Options, int> ParseOptions(int argc, char** argv);

}  // namespace mote::worker
