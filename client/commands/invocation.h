// What the commands share: the coordinator to talk to, exit codes, `-o`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/text/proto_json.h"

namespace CLI {
class App;
}

namespace mote::client {

// Exit codes, documented in docs/commands.md and `mote --help`.
enum ExitCode {
  kSucceeded = 0,
  kFailed = 1,
  kUsage = 2,  // or an invalid job file, an unknown id
  kUnavailable = 3,
  kCancelled = 4,
  kPartlyQuarantined = 5,
  kDetached = 130,  // Ctrl-C on a command that only watched; the job goes on
};

int ExitCodeOf(const absl::Status& status);
int ExitCodeOf(v1::JobState state);

// Prints "mote: message" on stderr, unless OK; the exit code.
int Report(const absl::Status& status);

// Filled by the command line; commands set `body`.
struct Invocation {
  std::string coordinator;  // --coordinator; empty: environment, project file, default
  std::function<int()> body;
};

// Connects to the coordinator that the invocation means.
absl::StatusOr<std::unique_ptr<Client>> ConnectTo(const Invocation& invocation, ConnectOptions options = {});

// Connects, calls, reports.
int WithClient(const Invocation& invocation, const std::function<absl::Status(Client&)>& call);

// As ConnectTo; where no coordinator was named and none answers at the default
// address, one is started for as long as the call lasts (no workers, nothing kept).
int WithAnyCoordinator(const Invocation& invocation, const std::function<absl::Status(Client&)>& call);

enum class OutputFormat { kTable, kWide, kJson, kYaml, kCsv, kName };

// -o, --format with the words that `allowed` lists: "table", "wide", "json", "yaml", "csv", "name".
void AddFormat(CLI::App* app, OutputFormat* format, const std::vector<std::string>& allowed);

// --set name=value, as often as wanted.
void AddSets(CLI::App* app, std::vector<std::string>* sets);

// On stdout, as JSON or YAML. False: the format is neither.
bool PrintStructured(const OrderedJson& json, OutputFormat format);

}  // namespace mote::client
